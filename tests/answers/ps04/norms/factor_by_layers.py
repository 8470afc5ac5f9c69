"""kind: wrong
points: 4
says: There is one step less

Counts layers instead of steps.
"""

import torch
from torch import nn


def layer_norms(network, images, labels):
    loss = nn.functional.cross_entropy(network(images), labels)
    parameters = list(network.parameters())
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    gradients = dict(zip(parameters, found, strict=True))
    norms = {}
    for name, module in network.named_modules():
        own = [gradients[parameter] for parameter in module.parameters(recurse=False)]
        if own:
            norms[name] = sum(float((g**2).sum()) for g in own if g is not None) ** 0.5
    return norms


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / len(norms))

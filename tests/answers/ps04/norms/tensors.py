"""kind: wrong
points: 2
says: A norm is not a Python float

Tensors as values.
"""

from torch import nn


def layer_norms(network, images, labels):
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    norms = {}
    for name, module in network.named_modules():
        own = [p.grad for p in module.parameters(recurse=False) if p.grad is not None]
        if list(module.parameters(recurse=False)):
            norms[name] = sum((g**2).sum() for g in own) ** 0.5
    return norms


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))

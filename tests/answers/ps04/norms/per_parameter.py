"""kind: wrong
points: 2
says: There is one entry for each parameter

The norms of named_parameters.
"""

from torch import nn


def layer_norms(network, images, labels):
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    return {name: p.grad.norm().item() for name, p in network.named_parameters() if p.grad is not None}


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))

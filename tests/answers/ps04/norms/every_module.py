"""kind: wrong
points: 2
says: are no layers here

Every module, with the parameters of its parts.
"""

from torch import nn


def layer_norms(network, images, labels):
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    norms = {}
    for name, module in network.named_modules():
        own = [p.grad for p in module.parameters() if p.grad is not None]
        norms[name] = sum((g**2).sum().item() for g in own) ** 0.5
    return norms


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))

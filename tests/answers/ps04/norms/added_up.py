"""kind: wrong
points: 5
says: The gradients of the call before are still there

backward without zeroing.
"""

from torch import nn


def layer_norms(network, images, labels):
    nn.functional.cross_entropy(network(images), labels).backward()
    norms = {}
    for name, module in network.named_modules():
        own = [p.grad for p in module.parameters(recurse=False) if p.grad is not None]
        if list(module.parameters(recurse=False)):
            norms[name] = sum((g**2).sum().item() for g in own) ** 0.5
    return norms


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))

"""kind: wrong
points: 2
says: The biases are missing

Looks at the weights only.
"""

from torch import nn


def layer_norms(network, images, labels):
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    return {
        name: module.weight.grad.norm().item()
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear)
    }


def factor_per_layer(norms):
    return (norms[0] / norms[-1]) ** (1 / (len(norms) - 1))

"""kind: right
points: 6

A copy of the network for each call; the factor as a geometric mean.
"""

import itertools

import numpy as np
from torch import nn


def layer_norms(network, images, labels):
    from copy import deepcopy

    network = deepcopy(network)
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    norms = {}
    for name, module in network.named_modules():
        lengths = []
        for p in module.parameters(recurse=False):
            lengths.append(0.0 if p.grad is None else p.grad.norm().item())
        if lengths:
            norms[name] = float(np.linalg.norm(lengths))
    return norms


def factor_per_layer(norms):
    quotients = [low / high for low, high in itertools.pairwise(norms)]
    return float(np.prod(quotients) ** (1 / len(quotients)))

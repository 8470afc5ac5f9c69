"""kind: wrong
points: 5
says: use those of the training set

Each array by itself.
"""

from itertools import pairwise

import numpy as np
from torch import nn


def standardize(training, others):
    results = []
    for table in (training, others):
        deviation = table.std(axis=0)
        results.append((table - table.mean(axis=0)) / np.where(deviation < 1e-9, 1, deviation))
    return tuple(results)


def mended(depth, width):
    layers = []
    for inputs, outputs in pairwise([64] + [width] * (depth - 1) + [10]):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

"""kind: wrong
points: 5
says: This is by rows

The wrong axis.
"""

from itertools import pairwise

import numpy as np
from torch import nn


def standardize(training, others):
    results = []
    for table in (training, others):
        mean, deviation = table.mean(axis=1, keepdims=True), table.std(axis=1, keepdims=True)
        results.append((table - mean) / np.where(deviation < 1e-9, 1, deviation))
    return tuple(results)


def mended(depth, width):
    layers = []
    for inputs, outputs in pairwise([64] + [width] * (depth - 1) + [10]):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

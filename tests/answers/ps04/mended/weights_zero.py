"""kind: wrong
points: 4
says: it vanishes on its way

All weights zero.
"""

from itertools import pairwise

import numpy as np
from torch import nn


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    sizes = [64] + [width] * (depth - 1) + [10]
    layers = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs)
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

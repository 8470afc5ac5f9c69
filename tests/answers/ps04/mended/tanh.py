"""kind: right
points: 8

tanh with Xavier initialization; the deviation by hand.
"""

from itertools import pairwise

import numpy as np
from torch import nn


def standardize(training, others):
    mean = training.sum(axis=0) / len(training)
    variance = ((training - mean) ** 2).sum(axis=0) / len(training)
    deviation = np.sqrt(variance)
    deviation[deviation < 1e-9] = 1
    return [(table - mean) / deviation for table in (training, others)]


def mended(depth, width):
    sizes = [64] + [width] * (depth - 1) + [10]
    layers = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs)
        nn.init.xavier_normal_(layer.weight)
        layers += [layer, nn.Tanh()]
    return nn.Sequential(*layers[:-1])

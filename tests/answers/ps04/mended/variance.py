"""kind: wrong
points: 6
says: Divided by the variance

The square of the deviation.
"""

from itertools import pairwise

import numpy as np
from torch import nn


def standardize(training, others):
    mean, deviation = training.mean(axis=0), training.var(axis=0)
    scale = np.where(deviation < 1e-9, 1, deviation)
    return (training - mean) / scale, (others - mean) / scale


def mended(depth, width):
    layers = []
    for inputs, outputs in pairwise([64] + [width] * (depth - 1) + [10]):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

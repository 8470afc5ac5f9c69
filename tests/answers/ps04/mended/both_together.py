"""kind: wrong
points: 5
says: those of both arrays together

Statistics of all rows.
"""

from itertools import pairwise

import numpy as np
from torch import nn


def standardize(training, others):
    everything = np.concatenate([training, others])
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
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

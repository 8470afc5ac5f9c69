"""kind: wrong
points: 6
says: NaN or infinite

No regard to columns that never change.
"""

from itertools import pairwise

from torch import nn


def standardize(training, others):
    mean, deviation = training.mean(axis=0), training.std(axis=0)
    scale = deviation
    return (training - mean) / scale, (others - mean) / scale


def mended(depth, width):
    layers = []
    for inputs, outputs in pairwise([64] + [width] * (depth - 1) + [10]):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

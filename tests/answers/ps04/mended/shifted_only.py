"""kind: wrong
points: 6
says: not divided by their deviation

No division.
"""

from itertools import pairwise

from torch import nn


def standardize(training, others):
    return training - training.mean(axis=0), others - training.mean(axis=0)


def mended(depth, width):
    layers = []
    for inputs, outputs in pairwise([64] + [width] * (depth - 1) + [10]):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

"""kind: right
points: 8

Logistic units, and batch norm before each.
"""

import numpy as np
from torch import nn


def standardize(training, others):
    first, second = training.copy(), others.copy()
    for column in range(training.shape[1]):
        values = training[:, column]
        scale = 1.0 if np.ptp(values) == 0 else values.std()
        first[:, column] = (first[:, column] - values.mean()) / scale
        second[:, column] = (second[:, column] - values.mean()) / scale
    return first, second


def mended(depth, width):
    layers = [nn.Linear(64, width)]
    for _ in range(depth - 2):
        layers += [nn.BatchNorm1d(width), nn.Sigmoid(), nn.Linear(width, width)]
    return nn.Sequential(*layers, nn.BatchNorm1d(width), nn.Sigmoid(), nn.Linear(width, 10))

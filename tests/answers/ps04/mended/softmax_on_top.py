"""kind: wrong
points: 6
says: return logits, without softmax

Probabilities, which cross-entropy turns into probabilities again.
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
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Softmax(dim=1))

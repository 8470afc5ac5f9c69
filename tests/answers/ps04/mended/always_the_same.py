"""kind: wrong
points: 7
says: they have to be drawn anew

Sets the seed inside.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    sizes = [64] + [width] * (depth - 1) + [10]
    torch.manual_seed(0)
    layers = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])

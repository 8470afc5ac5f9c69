"""kind: right
points: 8

ReLU with orthogonal weights, without biases.
"""

import itertools

import numpy as np
from torch import nn


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    sizes = [64] + [width] * (depth - 1) + [10]
    layers = [nn.Linear(inputs, outputs, bias=False) for inputs, outputs in itertools.pairwise(sizes)]
    for layer in layers:
        nn.init.orthogonal_(layer.weight, gain=2**0.5)
    parts = [part for layer in layers for part in (layer, nn.ReLU())]
    return nn.Sequential(*parts[:-1])

"""kind: wrong
points: 6
says: The matrices have to be those of deep_network

Three layers learn, whatever depth is asked for.
"""

import numpy as np
from torch import nn


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    layers = [nn.Linear(64, width), nn.Linear(width, width), nn.Linear(width, 10)]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight)
    return nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])

"""kind: wrong
points: 7
says: it is not used, or nothing passes through it

Has all layers, and uses the first and the last.
"""

import numpy as np
from torch import nn


class Shortcut(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.first = nn.Linear(64, width)
        self.unused = nn.ModuleList(nn.Linear(width, width) for _ in range(depth - 2))
        self.last = nn.Linear(width, 10)

    def forward(self, images):
        return self.last(self.first(images).relu())


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    return Shortcut(depth, width)

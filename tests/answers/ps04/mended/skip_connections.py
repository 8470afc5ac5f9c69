"""kind: right
points: 8

tanh with skip connections, and the default weights.
"""

import numpy as np
import torch
from torch import nn


class Skip(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.first = nn.Linear(64, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(depth - 2))
        self.last = nn.Linear(width, 10)

    def forward(self, images):
        signal = torch.tanh(self.first(images))
        for block in self.blocks:
            signal = signal + torch.tanh(block(signal))
        return self.last(signal)


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    return Skip(depth, width)

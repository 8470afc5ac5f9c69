"""kind: wrong
points: 0
says: torch.nn.Linear must not be used

A linear layer with copied weights does the work.
"""

import torch
from torch import nn


def conv1x1(images, weight, bias):
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
        return layer(images.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

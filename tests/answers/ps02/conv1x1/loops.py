"""kind: right
points: 4

One output channel and one input channel at a time.
"""

import torch


def conv1x1(images, weight, bias):
    channels = []
    for row, shift in zip(weight, bias, strict=True):
        total = torch.zeros_like(images[:, 0]) + shift
        for c, factor in enumerate(row):
            total = total + factor * images[:, c]
        channels.append(total)
    return torch.stack(channels, dim=1)

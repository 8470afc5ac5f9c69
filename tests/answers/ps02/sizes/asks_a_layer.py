"""kind: right
points: 6

A layer on the meta device, which holds no numbers, knows its shapes.
"""

import torch
from torch import nn


def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    layer = nn.Conv1d(1, 1, kernel_size, stride=stride, padding=padding, dilation=dilation, device="meta")
    try:
        return layer(torch.empty(1, 1, size, device="meta")).shape[-1]
    except RuntimeError as error:
        raise ValueError("the kernel is larger than the padded input") from error


def count_parameters(in_channels, out_channels, kernel_size, bias=True):
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias, device="meta")
    return sum(parameter.numel() for parameter in layer.parameters())


def count_multiplications(out_height, out_width, in_channels, out_channels, kernel_size):
    return out_height * out_width * count_parameters(in_channels, out_channels, kernel_size, False)

"""kind: right
points: 6

The windows are counted, and so are the weights.
"""

import math


def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    last_start = size + 2 * padding - dilation * (kernel_size - 1) - 1
    windows = len(range(0, last_start + 1, stride))
    if not windows:
        raise ValueError("not one window fits")
    return windows


def count_parameters(in_channels, out_channels, kernel_size, bias=True):
    return math.prod((out_channels, in_channels, kernel_size, kernel_size)) + out_channels * bool(bias)


def count_multiplications(out_height, out_width, in_channels, out_channels, kernel_size):
    per_pixel = count_parameters(in_channels, out_channels, kernel_size, bias=False)
    return out_height * out_width * per_pixel

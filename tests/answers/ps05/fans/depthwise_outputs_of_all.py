"""kind: wrong
points: 5
says: fan_out has the outputs of one channel

All outputs of the depthwise layer.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = int(np.prod(kernel))
    if layout == "keras depthwise":
        return (window, window * out * into)
    return (window * into, window * out // groups)


def slip_factor(shape):
    return float(np.sqrt(sum(fans(shape, "keras")) / (shape[0] + shape[1])))

"""kind: wrong
points: 4
says: fan_out is divided by groups

PyTorch's function is not told the groups.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = int(np.prod(kernel))
    if layout == "keras depthwise":
        return (window, window * out)
    return (window * into, window * out)


def slip_factor(shape):
    return float(np.sqrt(sum(fans(shape, "keras")) / (shape[0] + shape[1])))

"""kind: wrong
points: 1
says: in which order does this framework store the axes

Returns fan_out first.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = int(np.prod(kernel))
    if layout == "keras depthwise":
        return (window * out, window)
    return (window * out // groups, window * into)


def slip_factor(shape):
    return float(np.sqrt(sum(fans(shape, "keras")) / (shape[0] + shape[1])))

"""kind: wrong
points: 2
says: places of a window are their product

Adds the sides.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = sum(kernel) if kernel else 1
    if layout == "keras depthwise":
        return (window, window * out)
    return (window * into, window * out // groups)


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

"""kind: wrong
points: 1
says: Fans are whole numbers

Divides with a slash.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = int(np.prod(kernel))
    if layout == "keras depthwise":
        return (float(window), window * out)
    return (window * into, window * out / groups)


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

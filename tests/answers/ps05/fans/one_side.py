"""kind: wrong
points: 2
says: Only one side of the kernel is counted

k in place of k times k.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = kernel[0] if kernel else 1
    if layout == "keras depthwise":
        return (window, window * out)
    return (window * into, window * out // groups)


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

"""kind: wrong
points: 2
says: an input lies under as many positions

fan_out is the number of output channels.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = int(np.prod(kernel))
    if layout == "keras depthwise":
        return (window, out)
    return (window * into, out // groups)


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

"""kind: wrong
points: 5
says: Xavier has the mean of both fans

Compares fan_in only.
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
    return (window * into, window * out // groups)


def slip_factor(shape):
    return float(np.sqrt(fans(shape, "keras")[0] / shape[0]))

"""kind: wrong
points: 5
says: the deviation has its root

No root.
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
    return float(sum(fans(shape, "keras")) / (shape[0] + shape[1]))

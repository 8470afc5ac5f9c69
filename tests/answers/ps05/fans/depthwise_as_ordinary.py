"""kind: wrong
points: 5
says: each output looks at one of them

Keras's own count of a depthwise kernel.
"""

import numpy as np


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        out, into, *kernel = shape
    else:
        *kernel, into, out = shape
    window = int(np.prod(kernel))
    if layout == "keras depthwise":
        return (window * into, window * out)
    return (window * into, window * out // groups)


def slip_factor(shape):
    return float(np.sqrt(sum(fans(shape, "keras")) / (shape[0] + shape[1])))

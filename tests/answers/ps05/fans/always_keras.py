"""kind: wrong
points: 1
says: This reads the axes in Keras's order

One order for both frameworks.
"""

import numpy as np


def fans(shape, layout, groups=1):
    *kernel, into, out = shape
    window = int(np.prod(kernel))
    return (window, window * out) if layout == "keras depthwise" else (window * into, window * out // groups)


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

"""kind: wrong
points: 2
says: each output adds up all places

Forgets the window.
"""

import numpy as np


def fans(shape, layout, groups=1):
    out, into = shape[:2] if layout == "pytorch" else shape[:-3:-1]
    return (1, out) if layout == "keras depthwise" else (into, out // groups)


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

"""kind: wrong
points: 2
says: These are the first two axes

The slip of the page.
"""

import numpy as np


def fans(shape, layout, groups=1):
    return (shape[1], shape[0]) if layout == "pytorch" else (shape[0], shape[1])


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

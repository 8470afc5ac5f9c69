"""kind: wrong
points: 4
says: up to rounding

Compares floats with zero.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    values = np.linalg.eigvalsh(hessian)
    if (values > 0).any() and (values < 0).any():
        return "saddle"
    if (values == 0).any():
        return "degenerate"
    return "minimum" if values[0] > 0 else "maximum"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

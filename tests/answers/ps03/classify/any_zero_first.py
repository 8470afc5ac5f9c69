"""kind: wrong
points: 5
says: A saddle point stays one if a third direction is flat

A flat direction decides, whatever the others do.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    values = np.linalg.eigvalsh(hessian)
    zero = tolerance * np.abs(values).max()
    if (np.abs(values) <= zero).any():
        return "degenerate"
    if (values > 0).all():
        return "minimum"
    if (values < 0).all():
        return "maximum"
    return "saddle"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

"""kind: wrong
points: 5
says: It is the length of the gradient that counts

The largest entry of the gradient in place of its length.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.abs(gradient).max() > tolerance:
        return "not critical"
    values = np.linalg.eigvalsh(hessian)
    zero = tolerance * np.abs(values).max()
    up, down = (values > zero).any(), (values < -zero).any()
    if up and down:
        return "saddle"
    if (np.abs(values) <= zero).any():
        return "degenerate"
    return "minimum" if up else "maximum"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

"""kind: wrong
points: 5
says: The tolerance is relative

The tolerance as a bound for the eigenvalues themselves.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    values = np.linalg.eigvalsh(hessian)
    up, down = (values > tolerance).any(), (values < -tolerance).any()
    if up and down:
        return "saddle"
    if (np.abs(values) <= tolerance).any():
        return "degenerate"
    return "minimum" if up else "maximum"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

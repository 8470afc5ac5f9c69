"""kind: wrong
points: 2
says: The diagonal tells the curvature along the axes only

Curvatures along the axes in place of eigenvalues.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    values = np.diag(hessian)
    zero = tolerance * np.abs(values).max()
    up, down = (values > zero).any(), (values < -zero).any()
    if up and down:
        return "saddle"
    if (np.abs(values) <= zero).any():
        return "degenerate"
    return "minimum" if up else "maximum"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

"""kind: wrong
points: 3
says: the sign of the determinant tells the kind in two dimensions only

The test of two dimensions, used in all.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    determinant = np.linalg.det(hessian)
    if abs(determinant) <= tolerance * np.abs(hessian).max() ** len(hessian):
        return "degenerate"
    if determinant < 0:
        return "saddle"
    return "minimum" if hessian[0, 0] > 0 else "maximum"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

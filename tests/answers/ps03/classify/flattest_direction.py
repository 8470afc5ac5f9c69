"""kind: wrong
points: 5
says: the steepest one diverges long before

The smallest eigenvalue.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-06):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    values = np.linalg.eigvalsh(hessian)
    zero = tolerance * np.abs(values).max()
    up, down = ((values > zero).any(), (values < -zero).any())
    if up and down:
        return "saddle"
    if (np.abs(values) <= zero).any():
        return "degenerate"
    return "minimum" if up else "maximum"


def largest_rate(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[0]

"""kind: wrong
points: 3
says: The gradient is not zero there

Looks at the Hessian only.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
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

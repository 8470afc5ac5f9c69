"""kind: wrong
points: 3
says: semidefinite is necessary for a minimum, not sufficient

Not negative is taken for positive.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if np.linalg.norm(gradient) > tolerance:
        return "not critical"
    values = np.linalg.eigvalsh(hessian)
    zero = tolerance * np.abs(values).max()
    if (values >= -zero).all():
        return "minimum"
    if (values <= zero).all():
        return "maximum"
    return "saddle"


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

"""kind: right
points: 6

Counts signs.
"""

import numpy as np


def classify(gradient, hessian, tolerance=1e-6):
    if (gradient**2).sum() ** 0.5 > tolerance:
        return "not critical"
    values, _ = np.linalg.eigh(hessian)
    relative = values / max(abs(values).max(), 1e-300)
    signs = [0 if abs(value) <= tolerance else int(np.sign(value)) for value in relative]
    if 1 in signs and -1 in signs:
        return "saddle"
    if 0 in signs:
        return "degenerate"
    return {1: "minimum", -1: "maximum"}[signs[0]]


def largest_rate(hessian):
    return float(2 / np.linalg.eigvalsh(hessian).max())

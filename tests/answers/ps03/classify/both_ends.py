"""kind: right
points: 6

The smallest and the largest eigenvalue tell everything; the rate by the norm of the matrix.
"""

import numpy as np
import torch


def classify(gradient, hessian, tolerance=1e-6):
    if np.sqrt(np.sum(np.square(gradient))) > tolerance:
        return "not critical"
    values = torch.linalg.eigvalsh(torch.tensor(hessian)).numpy()
    low, high = values[0], values[-1]
    zero = tolerance * max(-low, high)
    if low < -zero and high > zero:
        return "saddle"
    if low > zero:
        return "minimum"
    if high < -zero:
        return "maximum"
    return "degenerate"


def largest_rate(hessian):
    return 2 / np.linalg.norm(hessian, ord=2)

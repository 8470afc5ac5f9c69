"""kind: wrong
points: 7
says: only if the difference is 1e-9 or less

np.isclose with its usual tolerance.
"""

import numpy as np


def after(W, x, m):
    values, U = np.linalg.eig(W)
    return (U @ (values**m * np.linalg.solve(U, x))).real


def gradient_at_start(W, g, m):
    return after(W.T, g, m)


def fate(W):
    largest = np.abs(np.linalg.eigvals(W)).max()
    if np.isclose(largest, 1):
        return "stays"
    return "vanishes" if largest < 1 else "explodes"


def bound(W, largest_slope, steps):
    return float((largest_slope * np.linalg.norm(W, 2)) ** steps)

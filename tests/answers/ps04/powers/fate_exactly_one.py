"""kind: wrong
points: 7
says: Nearly 1 counts as 1

Compares with 1 exactly.
"""

import numpy as np


def after(W, x, m):
    values, U = np.linalg.eig(W)
    return (U @ (values**m * np.linalg.solve(U, x))).real


def gradient_at_start(W, g, m):
    return after(W.T, g, m)


def fate(W):
    largest = np.abs(np.linalg.eigvals(W)).max()
    if largest == 1:
        return "stays"
    return "vanishes" if largest < 1 else "explodes"


def bound(W, largest_slope, steps):
    return float((largest_slope * np.linalg.norm(W, 2)) ** steps)

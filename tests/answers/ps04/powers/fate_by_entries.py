"""kind: wrong
points: 6
says: Look at the eigenvalues, not at the entries or the norm

The largest entry.
"""

import numpy as np


def after(W, x, m):
    values, U = np.linalg.eig(W)
    return (U @ (values**m * np.linalg.solve(U, x))).real


def gradient_at_start(W, g, m):
    return after(W.T, g, m)


def fate(W):
    largest = np.abs(W).max()
    if abs(largest - 1) <= 1e-9:
        return "stays"
    return "vanishes" if largest < 1 else "explodes"


def bound(W, largest_slope, steps):
    return float((largest_slope * np.linalg.norm(W, 2)) ** steps)

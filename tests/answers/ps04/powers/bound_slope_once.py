"""kind: wrong
points: 6
says: largest_slope is in the power, too

The slope once, outside of the power.
"""

import numpy as np


def after(W, x, m):
    values, U = np.linalg.eig(W)
    return (U @ (values**m * np.linalg.solve(U, x))).real


def gradient_at_start(W, g, m):
    return after(W.T, g, m)


def fate(W):
    largest = np.abs(np.linalg.eigvals(W)).max()
    if abs(largest - 1) <= 1e-09:
        return "stays"
    return "vanishes" if largest < 1 else "explodes"


def bound(W, largest_slope, steps):
    return float(largest_slope * np.linalg.norm(W, 2) ** steps)

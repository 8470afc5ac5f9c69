"""kind: wrong
points: 7
says: Your code took longer than

A product for each step.
"""

import numpy as np


def after(W, x, m):
    for _ in range(m):
        x = W @ x
    return x


def gradient_at_start(W, g, m):
    return after(W.T, g, m)


def fate(W):
    largest = np.abs(np.linalg.eigvals(W)).max()
    if abs(largest - 1) <= 1e-09:
        return "stays"
    return "vanishes" if largest < 1 else "explodes"


def bound(W, largest_slope, steps):
    return float((largest_slope * np.linalg.norm(W, 2)) ** steps)

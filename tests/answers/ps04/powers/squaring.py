"""kind: right
points: 8

Repeated squaring, which needs only thirty products for a billion steps.
"""

import numpy as np


def after(W, x, m):
    while m > 0:
        if m % 2:
            x = W @ x
        W = W @ W
        m //= 2
    return x


def gradient_at_start(W, g, m):
    return after(W.T, g, m)


def fate(W):
    largest = np.abs(np.linalg.eigvals(W)).max()
    if abs(largest - 1) <= 1e-09:
        return "stays"
    return "vanishes" if largest < 1 else "explodes"


def bound(W, largest_slope, steps):
    return float(largest_slope**steps * np.linalg.svd(W)[1][0] ** steps)

"""kind: wrong
points: 4
says: of g copies one can stay as it is

One number in every row, whether it is a copy or not.
"""

import numpy as np


def gradients(W, v, x, y):
    h = np.tanh(x @ W.T)
    error = (h @ v - y) / len(y)
    at_units = error[:, None] * v * (1 - h**2)
    return (at_units.T @ x, h.T @ error)


def different_units(W, v, tolerance=1e-09):
    kept = []
    for unit in np.column_stack([W, v]):
        if not any((np.abs(unit - other) <= tolerance).all() for other in kept):
            kept.append(unit)
    return len(kept)


def break_symmetry(W, v, size, seed):
    new = W.copy()
    new[:, 0] += np.random.default_rng(seed).uniform(-size, size, size=len(W))
    return new

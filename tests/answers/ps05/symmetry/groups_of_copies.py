"""kind: wrong
points: 5
says: Each set of copies is counted once

Counts the sets that have more than one unit.
"""

import numpy as np


def gradients(W, v, x, y):
    h = np.tanh(x @ W.T)
    error = (h @ v - y) / len(y)
    at_units = error[:, None] * v * (1 - h**2)
    return (at_units.T @ x, h.T @ error)


def different_units(W, v, tolerance=1e-9):
    units = np.column_stack([W, v])
    near = (np.abs(units[:, None] - units) <= tolerance).all(axis=2)
    return len({tuple(row) for row in near if row.sum() > 1})


def break_symmetry(W, v, size, seed):
    rng = np.random.default_rng(seed)
    units = np.column_stack([W, v])
    new = W.copy()
    for i in range(len(units)):
        if (units[:i] == units[i]).all(axis=1).any():
            new[i, 0] += rng.uniform(-size, size)
    return new

"""kind: wrong
points: 5
says: The sign is turned around

Target minus prediction.
"""

import numpy as np


def gradients(W, v, x, y):
    h = np.tanh(x @ W.T)
    error = (y - h @ v) / len(y)
    at_units = error[:, None] * v * (1 - h**2)
    return (at_units.T @ x, h.T @ error)


def different_units(W, v, tolerance=1e-09):
    kept = []
    for unit in np.column_stack([W, v]):
        if not any((np.abs(unit - other) <= tolerance).all() for other in kept):
            kept.append(unit)
    return len(kept)


def break_symmetry(W, v, size, seed):
    rng = np.random.default_rng(seed)
    units = np.column_stack([W, v])
    new = W.copy()
    for i in range(len(units)):
        if (units[:i] == units[i]).all(axis=1).any():
            new[i, 0] += rng.uniform(-size, size)
    return new

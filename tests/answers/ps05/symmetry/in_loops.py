"""kind: right
points: 7

Example by example, unit by unit.
"""

import numpy as np


def gradients(W, v, x, y):
    dW, dv = np.zeros_like(W), np.zeros_like(v)
    for xk, yk in zip(x, y, strict=True):
        h = np.tanh(W @ xk)
        error = v @ h - yk
        for i in range(len(v)):
            dv[i] += error * h[i] / len(y)
            dW[i] += error * v[i] / np.cosh(W[i] @ xk) ** 2 * xk / len(y)
    return dW, dv


def different_units(W, v, tolerance=1e-9):
    count = 0
    for i in range(len(v)):
        for j in range(i):
            if abs(v[i] - v[j]) <= tolerance and max(abs(W[i] - W[j])) <= tolerance:
                break
        else:
            count += 1
    return count


def break_symmetry(W, v, size, seed):
    rng = np.random.default_rng(seed)
    new, seen = np.array(W), set()
    for i, unit in enumerate(zip(map(tuple, W), v, strict=True)):
        if unit in seen:
            new[i, rng.integers(W.shape[1])] += rng.uniform(-size, size)
        seen.add(unit)
    return new

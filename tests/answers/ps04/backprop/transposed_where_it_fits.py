"""kind: wrong
points: 6
says: one of the two is not transposed

Transposes where shapes force it.
"""

import numpy as np


def forward(x, W1, W2, W3):
    a1 = 1 / (1 + np.exp(-W1 @ x))
    a2 = 1 / (1 + np.exp(-W2 @ a1))
    return (a1, a2, W3 @ a2)


def backward(x, y, W1, W2, W3):
    a1, a2, z3 = forward(x, W1, W2, W3)
    powers = np.exp(z3 - z3.max())
    d3 = powers / powers.sum()
    d3[y] -= 1
    d2 = a2 * (1 - a2) * (W3.T @ d3)
    d1 = a1 * (1 - a1) * ((W2 if W2.shape[0] == W2.shape[1] else W2.T) @ d2)
    return np.outer(d1, x), np.outer(d2, a1), np.outer(d3, a2)


def mean_gradients(X, Y, W1, W2, W3):
    rows = [backward(X[n], Y[n], W1, W2, W3) for n in range(len(X))]
    return tuple(np.mean([row[k] for row in rows], axis=0) for k in range(3))

"""kind: wrong
points: 1
says: Your code raised ValueError

Goes back through the matrices as they are, which fits only square ones.
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
    d2 = a2 * (1 - a2) * (W3 @ d3)
    d1 = a1 * (1 - a1) * (W2 @ d2)
    return np.outer(d1, x), np.outer(d2, a1), np.outer(d3, a2)


def mean_gradients(X, Y, W1, W2, W3):
    rows = [backward(X[n], Y[n], W1, W2, W3) for n in range(len(X))]
    return tuple(np.mean([row[k] for row in rows], axis=0) for k in range(3))

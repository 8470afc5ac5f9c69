"""kind: right
points: 7

The page's formula, with matrices D and columns.
"""

import numpy as np


def forward(x, W1, W2, W3):
    a1 = 0.5 + 0.5 * np.tanh(W1 @ x / 2)
    a2 = 0.5 + 0.5 * np.tanh(W2 @ a1 / 2)
    return [a1, a2, W3 @ a2]


def backward(x, y, W1, W2, W3):
    a1, a2, z3 = forward(x, W1, W2, W3)
    largest = z3.max()
    d3 = np.exp(z3 - largest - np.log(np.sum(np.exp(z3 - largest))))[:, None]
    d3[y, 0] -= 1
    D1, D2 = np.diag(a1 - a1**2), np.diag(a2 - a2**2)
    d2 = D2 @ W3.T @ d3
    d1 = D1 @ W2.T @ d2
    return d1 @ x[None, :], d2 @ a1[None, :], d3 @ a2[None, :]


def mean_gradients(X, Y, W1, W2, W3):
    total = [0 * W1, 0 * W2, 0 * W3]
    for n in range(len(X)):
        total = [t + g / len(X) for t, g in zip(total, backward(X[n], Y[n], W1, W2, W3), strict=False)]
    return total

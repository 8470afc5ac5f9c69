"""kind: right
points: 7

All rows at once; a single example is a batch of one.
"""

import numpy as np


def forward(x, W1, W2, W3):
    def logistic(z):
        return 1 / (1 + np.exp(-z))

    a1 = logistic(x @ W1.T)
    a2 = logistic(a1 @ W2.T)
    return a1, a2, a2 @ W3.T


def backward(x, y, W1, W2, W3):
    return mean_gradients(x[None, :], np.array([y]), W1, W2, W3)


def mean_gradients(X, Y, W1, W2, W3):
    A1, A2, Z3 = forward(X, W1, W2, W3)
    P = np.exp(Z3 - Z3.max(axis=1, keepdims=True))
    D3 = P / P.sum(axis=1, keepdims=True) - np.eye(len(W3))[Y]
    D2 = (D3 @ W3) * A2 * (1 - A2)
    D1 = (D2 @ W2) * A1 * (1 - A1)
    return [D.T @ A / len(X) for D, A in ((D1, X), (D2, A1), (D3, A2))]

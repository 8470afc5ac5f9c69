"""kind: wrong
points: 3
says: use the chain rule, no differences

Central differences.
"""

import numpy as np


def loss(x, y, *weights):
    z3 = forward(x, *weights)[2]
    return z3.max() + np.log(np.exp(z3 - z3.max()).sum()) - z3[y]


def forward(x, W1, W2, W3):
    a1 = 1 / (1 + np.exp(-W1 @ x))
    a2 = 1 / (1 + np.exp(-W2 @ a1))
    return (a1, a2, W3 @ a2)


def backward(x, y, W1, W2, W3):
    weights, gradients = [W1.copy(), W2.copy(), W3.copy()], []
    for W in weights:
        gradient = np.zeros_like(W)
        for place in np.ndindex(W.shape):
            kept = W[place]
            W[place] = kept + 1e-5
            above = loss(x, y, *weights)
            W[place] = kept - 1e-5
            below = loss(x, y, *weights)
            W[place] = kept
            gradient[place] = (above - below) / 2e-5
        gradients.append(gradient)
    return gradients


def mean_gradients(X, Y, W1, W2, W3):
    rows = [backward(X[n], Y[n], W1, W2, W3) for n in range(len(X))]
    return tuple(np.mean([row[k] for row in rows], axis=0) for k in range(3))

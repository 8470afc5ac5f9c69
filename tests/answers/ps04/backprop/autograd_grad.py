"""kind: wrong
points: 1
says: must not be used in this task

Lets PyTorch differentiate, by the function.
"""

import numpy as np
import torch


def forward(x, W1, W2, W3):
    a1 = 1 / (1 + np.exp(-W1 @ x))
    a2 = 1 / (1 + np.exp(-W2 @ a1))
    return (a1, a2, W3 @ a2)


def backward(x, y, W1, W2, W3):
    weights = [torch.tensor(W, requires_grad=True) for W in (W1, W2, W3)]
    z3 = weights[2] @ (weights[1] @ (weights[0] @ torch.tensor(x)).sigmoid()).sigmoid()
    loss = torch.logsumexp(z3, 0) - z3[y]
    return tuple(g.numpy() for g in torch.autograd.grad(loss, weights))


def mean_gradients(X, Y, W1, W2, W3):
    rows = [backward(X[n], Y[n], W1, W2, W3) for n in range(len(X))]
    return tuple(np.mean([row[k] for row in rows], axis=0) for k in range(3))

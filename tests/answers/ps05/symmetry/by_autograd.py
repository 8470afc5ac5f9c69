"""kind: right
points: 7

PyTorch differentiates; a matrix of distances counts; another weight moves.
"""

import numpy as np
import torch


def gradients(W, v, x, y):
    W, v = torch.tensor(W, requires_grad=True), torch.tensor(v, requires_grad=True)
    f = torch.tanh(torch.tensor(x) @ W.T) @ v
    loss = ((f - torch.tensor(y)) ** 2).sum() / (2 * len(y))
    return [gradient.numpy() for gradient in torch.autograd.grad(loss, [W, v])]


def different_units(W, v, tolerance=1e-9):
    units = np.concatenate([W, v[:, None]], axis=1)
    near = np.abs(units[:, None] - units[None]).max(axis=2) <= tolerance
    return int((np.tril(near, -1).sum(axis=1) == 0).sum())


def break_symmetry(W, v, size, seed):
    numbers = size * (2 * np.random.default_rng(seed).random(len(W)) - 1)
    _, first = np.unique(np.column_stack([W, v]), axis=0, return_index=True)
    numbers[first] = 0
    return np.hstack([W[:, :-1], W[:, -1:] + numbers[:, None]])

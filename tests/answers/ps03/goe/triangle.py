"""kind: right
points: 7

One triangle and a diagonal with the right variances.
"""

import numpy as np


def expected_shares(P):
    one = 0.5**P
    return (one, one, 1 - 2 * one)


def shares(eigenvalues):
    signs = np.sign(eigenvalues).sum(axis=1)
    P = eigenvalues.shape[1]
    return [np.mean(signs == P), np.mean(signs == -P), np.mean(np.abs(signs) < P)]


def goe(P, trials, seed):
    rng = np.random.default_rng(seed)
    matrices = np.zeros((trials, P, P))
    for i in range(P):
        matrices[:, i, i] = rng.normal(scale=np.sqrt(2 / P), size=trials)
        for j in range(i):
            matrices[:, i, j] = matrices[:, j, i] = rng.normal(scale=np.sqrt(1 / P), size=trials)
    return matrices

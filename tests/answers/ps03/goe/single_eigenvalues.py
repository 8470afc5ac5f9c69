"""kind: wrong
points: 5
says: shares of single eigenvalues

Counts eigenvalues in place of points.
"""

import numpy as np


def expected_shares(P):
    one = 0.5**P
    return (one, one, 1 - 2 * one)


def shares(eigenvalues):
    minima = (eigenvalues > 0).mean()
    return minima, 1 - minima, 0.0


def goe(P, trials, seed):
    A = np.random.default_rng(seed).normal(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

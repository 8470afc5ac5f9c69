"""kind: wrong
points: 5
says: Wrong values

One positive eigenvalue makes a minimum.
"""

import numpy as np


def expected_shares(P):
    one = 0.5**P
    return (one, one, 1 - 2 * one)


def shares(eigenvalues):
    minima = (eigenvalues > 0).any(axis=1).mean()
    maxima = (eigenvalues < 0).all(axis=1).mean()
    return minima, maxima, 1 - minima - maxima


def goe(P, trials, seed):
    A = np.random.default_rng(seed).normal(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

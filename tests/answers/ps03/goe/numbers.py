"""kind: wrong
points: 5
says: the task asks for shares

Counts without dividing.
"""

import numpy as np


def expected_shares(P):
    one = 0.5**P
    return (one, one, 1 - 2 * one)


def shares(eigenvalues):
    minima = (eigenvalues > 0).all(axis=1).sum()
    maxima = (eigenvalues < 0).all(axis=1).sum()
    return minima, maxima, len(eigenvalues) - minima - maxima


def goe(P, trials, seed):
    A = np.random.default_rng(seed).normal(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

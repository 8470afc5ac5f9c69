"""kind: wrong
points: 5
says: in the sum with the transpose a diagonal entry meets itself

One triangle copied to the other side; the diagonal is too small.
"""

import numpy as np


def expected_shares(P):
    one = 0.5**P
    return (one, one, 1 - 2 * one)


def shares(eigenvalues):
    minima = (eigenvalues > 0).all(axis=1)
    maxima = (eigenvalues < 0).all(axis=1)
    return (float(minima.mean()), float(maxima.mean()), float((~minima & ~maxima).mean()))


def goe(P, trials, seed):
    A = np.triu(np.random.default_rng(seed).normal(size=(trials, P, P)))
    return (A + np.triu(A, 1).transpose(0, 2, 1)) / np.sqrt(P)

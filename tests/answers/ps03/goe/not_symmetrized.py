"""kind: wrong
points: 4
says: The matrices are not symmetric

Independent entries everywhere.
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
    return np.random.default_rng(seed).normal(size=(trials, P, P)) / np.sqrt(P)

"""kind: wrong
points: 6
says: Another seed gives the same matrices

Seed 0, whatever is asked for.
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
    A = np.random.default_rng(0).normal(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

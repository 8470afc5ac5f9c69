"""kind: wrong
points: 5
says: The mean of the entries is not 0

Uniform numbers between 0 and 1.
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
    A = np.random.default_rng(seed).random(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

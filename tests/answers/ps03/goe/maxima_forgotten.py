"""kind: wrong
points: 5
says: maxima are no saddle points either

All that is no minimum is called a saddle point.
"""

import numpy as np


def expected_shares(P):
    return 0.5**P, 0.5**P, 1 - 0.5**P


def shares(eigenvalues):
    minima = (eigenvalues > 0).all(axis=1)
    maxima = (eigenvalues < 0).all(axis=1)
    return (float(minima.mean()), float(maxima.mean()), float((~minima & ~maxima).mean()))


def goe(P, trials, seed):
    A = np.random.default_rng(seed).normal(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

"""kind: wrong
points: 5
says: the task asks for shares

The odds 1 : 1 : 2^P − 2 as they stand in the text.
"""

import numpy as np


def expected_shares(P):
    return 1, 1, 2**P - 2


def shares(eigenvalues):
    minima = (eigenvalues > 0).all(axis=1)
    maxima = (eigenvalues < 0).all(axis=1)
    return (float(minima.mean()), float(maxima.mean()), float((~minima & ~maxima).mean()))


def goe(P, trials, seed):
    A = np.random.default_rng(seed).normal(size=(trials, P, P))
    return (A + A.transpose(0, 2, 1)) / np.sqrt(2 * P)

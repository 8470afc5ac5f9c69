"""kind: right
points: 7

One matrix after the other, one row after the other.
"""

import numpy as np


def expected_shares(P):
    combinations = 2**P
    return 1 / combinations, 1 / combinations, (combinations - 2) / combinations


def shares(eigenvalues):
    found = {"minima": 0, "maxima": 0, "saddles": 0}
    for row in eigenvalues:
        if min(row) > 0:
            found["minima"] += 1
        elif max(row) < 0:
            found["maxima"] += 1
        else:
            found["saddles"] += 1
    return tuple(count / len(eigenvalues) for count in found.values())


def goe(P, trials, seed):
    rng = np.random.RandomState(seed)
    matrices = []
    for _ in range(trials):
        A = rng.randn(P, P)
        matrices.append((A + A.T) / np.sqrt(2 * P))
    return np.array(matrices)

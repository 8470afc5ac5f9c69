"""kind: wrong
points: 5
says: it vanishes on its way

The logistic network as it was.
"""

import numpy as np


def standardize(training, others):
    mean, deviation = (training.mean(axis=0), training.std(axis=0))
    scale = np.where(deviation < 1e-09, 1, deviation)
    return ((training - mean) / scale, (others - mean) / scale)


def mended(depth, width):
    return deep_network(depth, width)  # noqa: F821

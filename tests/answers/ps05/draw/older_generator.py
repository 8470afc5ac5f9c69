"""kind: right
points: 7

NumPy's older generator, columns first.
"""

import math

import numpy as np


def weight_variance(rule, fan_in, fan_out, gain=1.0):
    variances = {"lecun": 1 / fan_in, "xavier": 2 / (fan_in + fan_out), "he": 2 / fan_in}
    return gain**2 * variances[rule]


def dense_weights(rule, fan_in, fan_out, distribution, seed, gain=1.0):
    rng = np.random.RandomState(seed)
    v = weight_variance(rule, fan_in, fan_out) * gain**2
    if distribution == "uniform":
        return rng.uniform(-math.sqrt(3 * v), math.sqrt(3 * v), (fan_in, fan_out)).T
    return rng.normal(scale=math.sqrt(v), size=(fan_in, fan_out)).T

"""kind: wrong
points: 3
says: Weights repeat

Draws a row and repeats it: the units are copies.
"""

import numpy as np


def weight_variance(rule, fan_in, fan_out, gain=1.0):
    variances = {"lecun": 1 / fan_in, "xavier": 2 / (fan_in + fan_out), "he": 2 / fan_in}
    return gain**2 * variances[rule]


def dense_weights(rule, fan_in, fan_out, distribution, seed, gain=1.0):
    rng = np.random.default_rng(seed)
    deviation = np.sqrt(weight_variance(rule, fan_in, fan_out, gain))
    bound = np.sqrt(3) * deviation
    row = rng.normal(0, deviation, fan_in) if distribution == "normal" else rng.uniform(-bound, bound, fan_in)
    return np.tile(row, (fan_out, 1))

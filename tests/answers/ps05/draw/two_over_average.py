"""kind: wrong
points: 2
says: this is 2/fan_avg, twice too large

The slip of the page.
"""

import numpy as np


def weight_variance(rule, fan_in, fan_out, gain=1.0):
    variances = {"lecun": 1 / fan_in, "xavier": 4 / (fan_in + fan_out), "he": 2 / fan_in}
    return gain**2 * variances[rule]


def dense_weights(rule, fan_in, fan_out, distribution, seed, gain=1.0):
    rng = np.random.default_rng(seed)
    deviation = np.sqrt(weight_variance(rule, fan_in, fan_out, gain))
    if distribution == "normal":
        return rng.normal(0, deviation, size=(fan_out, fan_in))
    bound = np.sqrt(3) * deviation
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))

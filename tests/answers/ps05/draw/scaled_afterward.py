"""kind: right
points: 7

Standard numbers, scaled afterward; the rules in three branches.
"""

import numpy as np


def weight_variance(rule, fan_in, fan_out, gain=1.0):
    fan = (fan_in + fan_out) / 2 if rule == "xavier" else fan_in
    deviation = (2 / fan) ** 0.5 if rule == "he" else (1 / fan) ** 0.5
    return (gain * deviation) ** 2


def dense_weights(rule, fan_in, fan_out, distribution, seed, gain=1.0):
    rng = np.random.default_rng(seed)
    variance = weight_variance(rule, fan_in, fan_out, gain)
    if distribution == "normal":
        return variance**0.5 * rng.standard_normal((fan_out, fan_in))
    return (12 * variance) ** 0.5 * (rng.random((fan_out, fan_in)) - 0.5)

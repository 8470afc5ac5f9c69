"""kind: right
points: 7

Written anew: slopes, and the number of weights.
"""

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    slope = {"linear": 1, "tanh": 1, "logistic": 1 / 4, "relu": 1 / np.sqrt(2)}[activation]
    weights = np.prod(shape)
    fans = {"fan_in": [weights / shape[0]], "fan_out": [weights / shape[1]]}
    fans["fan_avg"] = fans["fan_in"] + fans["fan_out"]
    variance = 1 / slope**2 / np.mean(fans[mode])
    generator = np.random.default_rng(seed)
    if distribution == "uniform":
        return np.sqrt(12 * variance) * (generator.random(shape) - 0.5)
    return np.sqrt(variance) * generator.standard_normal(shape)

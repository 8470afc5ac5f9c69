"""kind: right
points: 7

Squares inside; every line of the original with one change.
"""

import math

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    gains = {"linear": 1.0, "relu": 2**0.5, "tanh": 1.0, "logistic": 4.0}
    out, into, *kernel = shape
    window = math.prod(kernel)
    fan_in, fan_out = window * into, window * out
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    spread = np.sqrt(gains[activation] ** 2 / fan)
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(0, spread, size=shape)
    return rng.uniform(-np.sqrt(3) * spread, np.sqrt(3) * spread, size=shape)

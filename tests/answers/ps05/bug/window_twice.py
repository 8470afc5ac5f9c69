"""kind: wrong
points: 6
says: once in each fan is enough

Mends the window in the mean a second time.
"""

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    gains = {"linear": 1.0, "relu": np.sqrt(2), "tanh": 1.0, "logistic": 4.0}
    outputs, inputs, *sides = shape
    places = np.prod(sides)
    fan = {
        "fan_in": places * inputs,
        "fan_out": places * outputs,
        "fan_avg": places**2 * (inputs + outputs) / 2,
    }[mode]
    deviation = gains[activation] / np.sqrt(fan)
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(0, deviation, size=shape)
    bound = np.sqrt(3) * deviation
    return rng.uniform(-bound, bound, size=shape)

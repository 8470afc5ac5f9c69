"""kind: wrong
points: 4
says: The fans are exchanged: PyTorch stores the outputs first

All but the order of the axes.
"""

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    gains = {"linear": 1.0, "relu": np.sqrt(2), "tanh": 1.0, "logistic": 4.0}
    inputs, outputs, *sides = shape
    places = np.prod(sides)
    fan = {
        "fan_in": places * inputs,
        "fan_out": places * outputs,
        "fan_avg": places * (inputs + outputs) / 2,
    }[mode]
    deviation = gains[activation] / np.sqrt(fan)
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(0, deviation, size=shape)
    bound = np.sqrt(3) * deviation
    return rng.uniform(-bound, bound, size=shape)

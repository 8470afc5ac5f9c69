"""kind: wrong
points: 6
says: The weights are not evenly spread

Throws the uniform branch away.
"""

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    gains = {"linear": 1.0, "relu": np.sqrt(2), "tanh": 1.0, "logistic": 4.0}
    outputs, inputs, *sides = shape
    places = np.prod(sides)
    fan = {
        "fan_in": places * inputs,
        "fan_out": places * outputs,
        "fan_avg": places * (inputs + outputs) / 2,
    }[mode]
    deviation = gains[activation] / np.sqrt(fan)
    rng = np.random.default_rng(seed)
    return rng.normal(0, deviation, size=shape)

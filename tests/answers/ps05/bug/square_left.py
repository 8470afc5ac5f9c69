"""kind: wrong
points: 6
says: The gain is not squared

All but the gain's square.
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
    deviation = np.sqrt(gains[activation] / fan)
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(0, deviation, size=shape)
    bound = np.sqrt(3) * deviation
    return rng.uniform(-bound, bound, size=shape)

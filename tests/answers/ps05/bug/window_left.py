"""kind: wrong
points: 4
says: The window is not counted right

All but the window.
"""

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    gains = {"linear": 1.0, "relu": np.sqrt(2), "tanh": 1.0, "logistic": 4.0}
    outputs, inputs, *sides = shape
    places = sides[0] if sides else 1
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

"""kind: wrong
points: 1
says: two bugs in two lines
says: The gains of tanh and of the logistic function are exchanged

The initializer as it came.
"""

import numpy as np


def mended(shape, activation, mode, distribution, seed):
    gains = {"linear": 1.0, "relu": 2**0.5, "tanh": 4.0, "logistic": 1.0}
    into, out, *kernel = shape
    window = kernel[0] if kernel else 1
    fan_in, fan_out = (window * into, window * out)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": fan_in + fan_out}[mode]
    spread = np.sqrt(gains[activation] / fan)
    rng = np.random.default_rng(seed)
    if distribution == "normal":
        return rng.normal(0, spread, size=shape)
    return rng.uniform(-spread, spread, size=shape)

"""kind: wrong
points: 6
says: that is None

Only exactly 1 is caught.
"""

import numpy as np


def predict_backward(top, shapes, variances, activation):
    share = {"linear": 1.0, "tanh": 1.0, "relu": 0.5}[activation]
    found = [top]
    for (fan_out, _), variance in zip(shapes[:0:-1], variances[:0:-1], strict=True):
        found.append(share * fan_out * variance * found[-1])
    return np.array(found[::-1])


def layers_until(fan_in, variance, activation, threshold):
    share = {"linear": 1.0, "tanh": 1.0, "relu": 0.5}[activation]
    factor = np.sqrt(share * fan_in * variance)
    if factor == 1:
        return None
    return int(np.ceil(np.log(threshold) / np.log(factor)))


def branch_scale(blocks, growth):
    return float(np.sqrt(growth ** (1 / blocks) - 1))

"""kind: wrong
points: 6
says: Is there a loop that never ends?

A loop that waits for what never comes.
"""

import numpy as np


def predict_backward(top, shapes, variances, activation):
    share = {"linear": 1.0, "tanh": 1.0, "relu": 0.5}[activation]
    found = [top]
    for (fan_out, _), variance in zip(shapes[:0:-1], variances[:0:-1], strict=True):
        found.append(share * fan_out * variance * found[-1])
    return np.array(found[::-1])


def layers_until(fan_in, variance, activation, threshold):
    share = 0.5 if activation == "relu" else 1.0
    layers, deviation = 0, 1.0
    while deviation >= threshold:
        deviation *= np.sqrt(share * fan_in * variance)
        layers += 1
    return layers


def branch_scale(blocks, growth):
    return float(np.sqrt(growth ** (1 / blocks) - 1))

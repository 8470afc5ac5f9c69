"""kind: right
points: 7

Loops and a bisection.
"""

import math

import numpy as np


def predict_backward(top, shapes, variances, activation):
    found = np.full(len(shapes), float(top))
    for layer in range(len(shapes) - 2, -1, -1):
        found[layer] = found[layer + 1] * shapes[layer + 1][0] * variances[layer + 1]
        if activation == "relu":
            found[layer] /= 2
    return found


def layers_until(fan_in, variance, activation, threshold):
    factor = fan_in * variance / (2 if activation == "relu" else 1)
    if factor >= 1:
        return None
    layers, square = 0, 1.0
    while square >= threshold**2:
        square *= factor
        layers += 1
    return layers


def branch_scale(blocks, growth):
    low, high = 0.0, growth
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if blocks * math.log1p(middle**2) < math.log(growth) else (low, middle)
    return low

"""kind: right
points: 7

A cumulative product from the top, and logarithms.
"""

import math

import numpy as np


def predict_backward(top, shapes, variances, activation):
    slope = 1 / 2 if activation == "relu" else 1
    factors = [slope * out * v for (out, _), v in zip(shapes, variances, strict=True)]
    return top * np.cumprod([1.0, *factors[:0:-1]])[::-1]


def layers_until(fan_in, variance, activation, threshold):
    rate = math.log(fan_in * variance * {"relu": 0.5}.get(activation, 1.0)) / 2
    return math.floor(math.log(threshold) / rate) + 1 if rate < 0 else None


def branch_scale(blocks, growth):
    return math.sqrt(math.expm1(math.log(growth) / blocks))

"""kind: right
points: 6

Divides the number of weights by that of the channels.
"""

import math

import numpy as np


def fans(shape, layout, groups=1):
    weights = np.prod(shape)
    if layout == "pytorch":
        shape = (*shape[2:], shape[1], shape[0])
    into, out = shape[-2:]
    if layout == "keras depthwise":
        return weights // (into * out), weights // into
    return weights // out, weights // into // groups


def slip_factor(shape):
    a, b, into, out = shape
    return math.sqrt(a * b * (into + out)) / math.sqrt(a + b)

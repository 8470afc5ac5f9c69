"""kind: right
points: 6

Axes by their numbers; a list.
"""

import math


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        return [math.prod(shape[1:]), shape[0] * math.prod(shape[2:]) // groups]
    if layout == "keras":
        return [math.prod(shape[:-1]), shape[-1] * math.prod(shape[:-2]) // groups]
    return [math.prod(shape[:-2]), math.prod(shape[:-2]) * shape[-1]]


def slip_factor(shape):
    wrong = 2 / (shape[0] + shape[1])
    right = 2 / sum(fans(shape, "keras"))
    return (wrong / right) ** 0.5

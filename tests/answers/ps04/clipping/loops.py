"""kind: right
points: 7

Plain loops and the math module.
"""

import math

import numpy as np


def clip_by_value(gradients, limit):
    clipped = [np.array(g) for g in gradients]
    for g in clipped:
        g[g > limit] = limit
        g[g < -limit] = -limit
    return clipped


def clip_by_norm(gradients, limit):
    length = math.hypot(*[float(np.linalg.norm(g)) for g in gradients])
    if math.isnan(length) or math.isinf(length):
        raise ValueError("no direction")
    if length > limit:
        return [g / length * limit for g in gradients]
    return list(gradients)


def angle(gradients, others):
    product = sum(float((a * b).sum()) for a, b in zip(gradients, others, strict=False))
    lengths = [math.sqrt(sum(float((g**2).sum()) for g in arrays)) for arrays in (gradients, others)]
    return math.degrees(math.acos(max(-1.0, min(1.0, product / lengths[0] / lengths[1]))))

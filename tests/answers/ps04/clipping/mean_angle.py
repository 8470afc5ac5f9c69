"""kind: wrong
points: 5
says: each array seems to have an angle of its own

The mean of the arrays' angles.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    length = np.sqrt(sum((g**2).sum() for g in gradients))
    if not np.isfinite(length):
        raise ValueError("the gradient is infinite or NaN: it has no direction to keep")
    if length <= limit:
        return [g.copy() for g in gradients]
    return [g * (limit / length) for g in gradients]


def angle(gradients, others):
    angles = []
    for g, h in zip(gradients, others, strict=False):
        cosine = (g * h).sum() / (np.linalg.norm(g) * np.linalg.norm(h))
        angles.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return float(np.mean(angles))

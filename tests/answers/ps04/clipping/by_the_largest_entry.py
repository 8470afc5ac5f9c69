"""kind: wrong
points: 4
says: it is the length that counts

Scales by the largest entry.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    length = max(np.abs(g).max() for g in gradients)
    if not np.isfinite(length):
        raise ValueError("the gradient is infinite or NaN")
    if length <= limit:
        return [g.copy() for g in gradients]
    return [g * (limit / length) for g in gradients]


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

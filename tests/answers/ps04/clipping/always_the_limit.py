"""kind: wrong
points: 5
says: A gradient shorter than the limit is made longer

Scales short gradients up.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    length = np.sqrt(sum((g**2).sum() for g in gradients))
    if not np.isfinite(length):
        raise ValueError("the gradient is infinite or NaN")
    return [g * limit / length for g in gradients]


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

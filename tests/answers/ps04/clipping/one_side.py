"""kind: wrong
points: 5
says: Only large positive entries are cut

The minimum only.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.minimum(g, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    length = np.sqrt(sum((g**2).sum() for g in gradients))
    if not np.isfinite(length):
        raise ValueError("the gradient is infinite or NaN: it has no direction to keep")
    if length <= limit:
        return [g.copy() for g in gradients]
    return [g * (limit / length) for g in gradients]


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

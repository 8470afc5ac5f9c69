"""kind: wrong
points: 6
says: The sign of the cosine is lost

The size of the cosine.
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
    a = np.concatenate([g.ravel() for g in gradients])
    b = np.concatenate([g.ravel() for g in others])
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(min(1, abs(cosine)))))

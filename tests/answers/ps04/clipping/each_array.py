"""kind: wrong
points: 5
says: Each array is shortened by its own norm

Keras's clipnorm.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    clipped = []
    for g in gradients:
        length = np.linalg.norm(g)
        if not np.isfinite(length):
            raise ValueError("the gradient is infinite or NaN")
        clipped.append(g * (limit / length) if length > limit else g)
    return clipped


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

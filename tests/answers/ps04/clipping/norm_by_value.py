"""kind: wrong
points: 4
says: This is clipping by value

Cuts entries in both functions.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    return clip_by_value(gradients, limit)


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

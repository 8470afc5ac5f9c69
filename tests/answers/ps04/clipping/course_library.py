"""kind: wrong
points: 2
says: must not be used in this task

The course's own functions.
"""

import numpy as np
import torch


def clip_by_value(gradients, limit):
    from course_lib import by_hand

    return [g.numpy() for g in by_hand.clip_by_value([torch.tensor(g) for g in gradients], limit)]


def clip_by_norm(gradients, limit):
    from course_lib import by_hand

    return [g.numpy() for g in by_hand.clip_by_norm([torch.tensor(g) for g in gradients], limit)]


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

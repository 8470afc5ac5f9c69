"""kind: right
points: 7

Everything on one long vector; the angle by its half.
"""

import numpy as np


def clip_by_value(gradients, limit):
    return [np.sign(g) * np.minimum(abs(g), limit) for g in gradients]


def clip_by_norm(gradients, limit):
    flat = np.concatenate([g.ravel() for g in gradients])
    if not np.isfinite(flat).all():
        raise ValueError("an entry is infinite or NaN")
    factor = limit / max(limit, np.linalg.norm(flat))
    return tuple(factor * g for g in gradients)


def angle(gradients, others):
    a = np.concatenate([g.ravel() for g in gradients])
    b = np.concatenate([g.ravel() for g in others])
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))))

"""kind: wrong
points: 4
says: must not be used in this task

PyTorch's function.
"""

import numpy as np
import torch


def clip_by_value(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit):
    parameters = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients]
    for p, g in zip(parameters, gradients, strict=False):
        p.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(parameters, limit, error_if_nonfinite=True)
    return [p.grad.numpy() for p in parameters]


def angle(gradients, others):
    a, b = (np.concatenate([array.ravel() for array in arrays]) for arrays in (gradients, others))
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

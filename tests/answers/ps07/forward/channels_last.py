"""kind: right
points: 7

Turns the channels to the end, where broadcasting needs no help.
"""

import torch


def batch_norm(x, gamma, beta, epsilon=1e-5):
    rows = x.movedim(1, -1)
    flat = rows.reshape(-1, x.shape[1])
    if len(flat) < 2:
        raise ValueError("one value a channel")
    variance, mean = torch.var_mean(flat, dim=0, correction=0)
    return (gamma * (rows - mean) * torch.rsqrt(variance + epsilon) + beta).movedim(-1, 1)


def undoing(x, epsilon=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    mean = x.mean(axes)
    return torch.sqrt((x * x).mean(axes) - mean**2 + epsilon), mean

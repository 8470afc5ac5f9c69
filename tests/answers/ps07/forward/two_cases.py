"""kind: right
points: 7

Dense layers and images apart.
"""

import torch


def batch_norm(x, gamma, beta, epsilon=1e-5):
    if x.numel() == x.shape[1]:
        raise ValueError("more than one value in each channel is needed")
    if x.ndim == 2:
        mean, variance = x.mean(0), x.var(0, unbiased=False)
        return (x - mean) / torch.sqrt(variance + epsilon) * gamma + beta
    mean = x.mean((0, 2, 3), keepdim=True)
    variance = x.var((0, 2, 3), unbiased=False, keepdim=True)
    return (x - mean) / torch.sqrt(variance + epsilon) * gamma[:, None, None] + beta[:, None, None]


def undoing(x, epsilon=1e-05):
    channels = x.transpose(0, 1).flatten(1)
    return ((channels.var(1, correction=0) + epsilon).sqrt(), channels.mean(1))

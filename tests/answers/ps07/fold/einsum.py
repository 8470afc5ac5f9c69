"""kind: right
points: 6

Sums named by letters.
"""

import torch


def fold(weight, bias, gamma, beta, running_mean, running_var, epsilon=1e-5):
    scale = gamma / torch.sqrt(running_var + epsilon)
    shifted = -running_mean if bias is None else bias - running_mean
    return torch.einsum("d,d...->d...", scale, weight), beta + scale * shifted


def fold_into_next(gamma, beta, running_mean, running_var, weight, bias, epsilon=1e-05):
    scale = gamma / (running_var + epsilon).sqrt()
    shift = beta - scale * running_mean
    return (weight * scale, weight @ shift + bias)

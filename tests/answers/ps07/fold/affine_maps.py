"""kind: right
points: 6

Reads factor and shift off by trying the norm on 0 and 1.
"""

import torch


def fold(weight, bias, gamma, beta, running_mean, running_var, epsilon=1e-5):
    def normed(y):
        return gamma * (y - running_mean) / torch.sqrt(running_var + epsilon) + beta

    zero = torch.zeros_like(beta)
    scale = normed(zero + 1) - normed(zero)
    rows = weight.flatten(1) * scale[:, None]
    return rows.view_as(weight), normed(zero if bias is None else bias)


def fold_into_next(gamma, beta, running_mean, running_var, weight, bias, epsilon=1e-5):
    scale = gamma * torch.rsqrt(running_var + epsilon)
    return weight @ torch.diag(scale), bias + (weight * (beta - running_mean * scale)).sum(1)

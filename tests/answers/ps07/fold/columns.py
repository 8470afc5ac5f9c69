"""kind: wrong
points: 2
says: raised RuntimeError
says: s multiplies the columns

s on the inputs.
"""

import torch


def fold(weight, bias, gamma, beta, running_mean, running_var, epsilon=1e-05):
    scale = gamma / (running_var + epsilon).sqrt()
    if bias is None:
        bias = torch.zeros_like(running_mean)
    new_weight = weight * scale.view(1, -1, *[1] * (weight.ndim - 2))
    return (new_weight, beta + scale * (bias - running_mean))


def fold_into_next(gamma, beta, running_mean, running_var, weight, bias, epsilon=1e-05):
    scale = gamma / (running_var + epsilon).sqrt()
    shift = beta - scale * running_mean
    return (weight * scale, weight @ shift + bias)

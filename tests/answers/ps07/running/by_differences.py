"""kind: right
points: 8

Moves the old a part of the way to the new; logarithms for the count.
"""

import math

import torch


def update(running_mean, running_var, x, momentum=0.1, convention="pytorch"):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    m = x.numel() // x.shape[1]
    mean = x.mean(axes)
    variance = (x**2).mean(axes) - mean**2
    if convention == "pytorch":
        variance = variance * m / (m - 1)
        momentum = 1 - momentum
    return torch.lerp(mean, running_mean, momentum), torch.lerp(variance, running_var, momentum)


def evaluate(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    x = x.movedim(1, -1)
    return (gamma * (x - running_mean) / torch.sqrt(running_var + epsilon) + beta).movedim(-1, 1)


def batches_to_catch_up(momentum, share):
    return math.ceil(math.log(1 - share) / math.log(1 - momentum))

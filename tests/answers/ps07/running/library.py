"""kind: wrong
points: 4
says: must not be used in this task

Lets a PyTorch layer keep the statistics.
"""

import torch


def update(running_mean, running_var, x, momentum=0.1, convention="pytorch"):
    mean, variance = running_mean.clone(), running_var.clone()
    new = momentum if convention == "pytorch" else 1 - momentum
    torch.nn.functional.batch_norm(x, mean, variance, training=True, momentum=new)
    return mean, variance


def evaluate(x, gamma, beta, running_mean, running_var, epsilon=1e-05):
    scale = gamma / (running_var + epsilon).sqrt()
    shift = beta - running_mean * scale
    by_channel = (-1, *[1] * (x.ndim - 2))
    return x * scale.view(by_channel) + shift.view(by_channel)


def batches_to_catch_up(momentum, share):
    batches, old = (0, 1.0)
    while 1 - old < share:
        old *= 1 - momentum
        batches += 1
    return batches

"""kind: wrong
points: 4
says: must not be used in this task

PyTorch's group norm.
"""

import torch


def normalize(x, axes, epsilon=1e-05):
    centered = x - x.mean(axes, keepdim=True)
    return centered / ((centered**2).mean(axes, keepdim=True) + epsilon).sqrt()


def norm(x, kind, gamma, beta, groups=1, epsilon=1e-05):
    C = x.shape[1]
    if kind == "group":
        if C % groups:
            raise ValueError(f"{groups} groups do not divide {C} channels: choose a divisor")
        x_hat = torch.nn.functional.group_norm(x, groups, eps=epsilon)
    else:
        axes = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}[kind]
        x_hat = normalize(x, axes, epsilon)
    return gamma.view(-1, 1, 1) * x_hat + beta.view(-1, 1, 1)

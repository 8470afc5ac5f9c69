"""kind: right
points: 7

Splits the channels and puts them together again.
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
        x_hat = torch.cat([normalize(part, (1, 2, 3), epsilon) for part in x.chunk(groups, dim=1)], dim=1)
    else:
        axes = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}[kind]
        x_hat = normalize(x, axes, epsilon)
    return gamma.view(-1, 1, 1) * x_hat + beta.view(-1, 1, 1)

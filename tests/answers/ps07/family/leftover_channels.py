"""kind: wrong
points: 6
says: Expected ValueError, but nothing was raised

Puts leftover channels into a smaller group.
"""

import torch


def normalize(x, axes, epsilon=1e-05):
    centered = x - x.mean(axes, keepdim=True)
    return centered / ((centered**2).mean(axes, keepdim=True) + epsilon).sqrt()


def norm(x, kind, gamma, beta, groups=1, epsilon=1e-5):
    if kind == "group":
        size = max(x.shape[1] // groups, 1)
        x_hat = torch.cat([normalize(part, (1, 2, 3), epsilon) for part in x.split(size, dim=1)], dim=1)
    else:
        axes = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}[kind]
        x_hat = normalize(x, axes, epsilon)
    return gamma.view(-1, 1, 1) * x_hat + beta.view(-1, 1, 1)

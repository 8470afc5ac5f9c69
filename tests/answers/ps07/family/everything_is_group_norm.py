"""kind: right
points: 7

Layer norm with one group, instance norm with C groups, batch norm with images and channels exchanged.
"""

import torch


def normalize(x, axes, epsilon=1e-5):
    variance, mean = torch.var_mean(x, dim=axes, correction=0, keepdim=True)
    return (x - mean) * torch.rsqrt(variance + epsilon)


def norm(x, kind, gamma, beta, groups=1, epsilon=1e-5):
    turned = x.transpose(0, 1) if kind == "batch" else x
    parts = {"batch": 1, "layer": 1, "instance": x.shape[1], "group": groups}[kind]
    if x.shape[1] % parts:
        raise ValueError("the groups do not divide the channels")
    flat = turned.reshape(turned.shape[0] * parts, -1)
    x_hat = normalize(flat, (1,), epsilon).view(turned.shape)
    if kind == "batch":
        x_hat = x_hat.transpose(0, 1)
    return x_hat * gamma[None, :, None, None] + beta[None, :, None, None]

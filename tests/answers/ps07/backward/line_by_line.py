"""kind: right
points: 7

The six derivatives of the page.
"""

import torch


def batch_norm_backward(dy, x, gamma, epsilon=1e-5):
    axes = (0,) if x.ndim == 2 else (0, 2, 3)
    m = x.numel() // x.shape[1]
    g = gamma.reshape((1, -1) + (1,) * (x.ndim - 2))
    mu = x.mean(axes, keepdim=True)
    var = x.var(axes, unbiased=False, keepdim=True)
    x_hat = (x - mu) / torch.sqrt(var + epsilon)
    dgamma = (dy * x_hat).sum(axes)
    dbeta = dy.sum(axes)
    dx_hat = dy * g
    dvar = (dx_hat * (x - mu) * -0.5 * (var + epsilon) ** -1.5).sum(axes, keepdim=True)
    dmu = -(dx_hat / torch.sqrt(var + epsilon)).sum(axes, keepdim=True)
    return dx_hat / torch.sqrt(var + epsilon) + dvar * 2 * (x - mu) / m + dmu / m, dgamma, dbeta


def evaluation_backward(dy, gamma, running_var, epsilon=1e-05):
    slope = gamma / (running_var + epsilon).sqrt()
    return dy * slope.view(-1, *[1] * (dy.ndim - 2))

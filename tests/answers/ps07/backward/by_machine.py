"""kind: wrong
points: 2
says: must not be used in this task

Automatic differentiation.
"""

import torch


def batch_norm_backward(dy, x, gamma, epsilon=1e-5):
    x, gamma = x.clone().requires_grad_(), gamma.clone().requires_grad_()
    beta = torch.zeros_like(gamma).requires_grad_()
    axes = [axis for axis in range(x.ndim) if axis != 1]
    shape = (-1, *[1] * (x.ndim - 2))
    centered = x - x.mean(axes, keepdim=True)
    x_hat = centered / ((centered**2).mean(axes, keepdim=True) + epsilon).sqrt()
    ((gamma.view(shape) * x_hat + beta.view(shape)) * dy).sum().backward()
    return x.grad, gamma.grad, beta.grad


def evaluation_backward(dy, gamma, running_var, epsilon=1e-05):
    slope = gamma / (running_var + epsilon).sqrt()
    return dy * slope.view(-1, *[1] * (dy.ndim - 2))

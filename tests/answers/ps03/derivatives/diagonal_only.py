"""kind: wrong
points: 5
says: Only the diagonal is there

Differentiates each entry of the gradient by its own parameter only.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def derivatives(function, point):
    x = point.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(x), x, create_graph=True)
    second = [torch.autograd.grad(gradient[i], x, retain_graph=True)[0][i] for i in range(len(x))]
    return gradient.detach(), torch.diag(torch.stack(second))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

"""kind: wrong
points: 5
says: the Hessian at the origin

Takes the Hessian where the critical point is.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def derivatives(function, point):
    return torch.func.grad(function)(point), torch.func.hessian(function)(torch.zeros_like(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

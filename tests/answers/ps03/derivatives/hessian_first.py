"""kind: wrong
points: 3
says: return the gradient first

The two results in the other order.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def derivatives(function, point):
    return torch.func.hessian(function)(point), torch.func.grad(function)(point)


def slope_and_curvature(function, point, direction):
    hessian, gradient = derivatives(function, point)
    unit = direction / direction.norm()
    return (gradient @ unit @ unit).item(), (unit @ hessian @ unit).item()

"""kind: wrong
points: 5
says: the length of the gradient

Lengths in place of parts along the direction.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def derivatives(function, point):
    gradient = torch.func.grad(function)
    return (gradient(point), torch.func.jacrev(gradient)(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return gradient.norm().item(), (hessian @ unit).norm().item()

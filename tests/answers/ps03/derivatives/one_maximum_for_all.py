"""kind: wrong
points: 6
says: all those of a row become 0

Subtracts the largest logit of all rows: the smaller rows vanish.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max())
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def derivatives(function, point):
    gradient = torch.func.grad(function)
    return (gradient(point), torch.func.jacrev(gradient)(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

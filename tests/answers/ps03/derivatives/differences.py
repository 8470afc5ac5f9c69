"""kind: wrong
points: 3
says: differences are too inexact

Forward differences.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def derivatives(function, point):
    step = 1e-3
    n = len(point)
    moved = [point + step * torch.eye(n, dtype=point.dtype)[i] for i in range(n)]
    gradient = torch.stack([(function(p) - function(point)) / step for p in moved])
    hessian = torch.zeros(n, n, dtype=point.dtype)
    for i in range(n):
        for j in range(n):
            both = moved[i] + moved[j] - point
            hessian[i, j] = (
                function(both) - function(moved[i]) - function(moved[j]) + function(point)
            ) / step**2
    return gradient, hessian


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

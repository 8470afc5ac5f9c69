"""kind: right
points: 7

torch.autograd.grad twice, and loops.
"""

import math

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    rows, classes = logits.shape
    gradient = np.empty((rows, classes))
    for n in range(rows):
        largest = max(logits[n])
        total = sum(math.exp(h - largest) for h in logits[n])
        for m in range(classes):
            gradient[n, m] = (math.exp(logits[n, m] - largest) / total - (m == labels[n])) / rows
    return gradient


def derivatives(function, point):
    x = point.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(x), x, create_graph=True)
    rows = []
    for g in gradient:
        (row,) = torch.autograd.grad(g, x, retain_graph=True)
        rows.append(row)
    return gradient.detach(), torch.stack(rows)


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

"""kind: wrong
points: 4
says: must not be used in this task

Lets PyTorch compute the loss.
"""

import torch
from torch.nn import functional


def cross_entropy_gradient(logits, labels):
    scores = torch.tensor(logits, requires_grad=True)
    functional.cross_entropy(scores, torch.tensor(labels)).backward()
    return scores.grad.numpy()


def derivatives(function, point):
    gradient = torch.func.grad(function)
    return (gradient(point), torch.func.jacrev(gradient)(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

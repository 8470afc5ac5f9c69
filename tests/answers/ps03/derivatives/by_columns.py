"""kind: wrong
points: 4
says: each row of logits has probabilities of its own

The softmax along the wrong axis.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=0, keepdims=True))
    probabilities = powers / powers.sum(axis=0, keepdims=True)
    one_hot = np.eye(logits.shape[1])[labels]
    return (probabilities - one_hot) / len(labels)


def derivatives(function, point):
    gradient = torch.func.grad(function)
    return (gradient(point), torch.func.jacrev(gradient)(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

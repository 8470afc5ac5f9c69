"""kind: wrong
points: 4
says: task asks for that with respect to the logits

Stops the chain rule at the probabilities.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[labels]
    return -one_hot / probabilities / len(labels)


def derivatives(function, point):
    gradient = torch.func.grad(function)
    return (gradient(point), torch.func.jacrev(gradient)(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

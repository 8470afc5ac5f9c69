"""kind: wrong
points: 4
says: This is the softmax alone

The gradient of log-sum-exp, without the label's part.
"""

import numpy as np
import torch


def cross_entropy_gradient(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return probabilities / len(labels)


def derivatives(function, point):
    gradient = torch.func.grad(function)
    return (gradient(point), torch.func.jacrev(gradient)(point))


def slope_and_curvature(function, point, direction):
    gradient, hessian = derivatives(function, point)
    unit = direction / direction.norm()
    return ((unit @ gradient).item(), (unit @ hessian @ unit).item())

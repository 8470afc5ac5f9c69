"""kind: right
points: 7

Differentiates the own formula of the loss, and the function along the way.
"""

import torch


def cross_entropy_gradient(logits, labels):
    h = torch.tensor(logits, requires_grad=True)
    loss = (torch.logsumexp(h, dim=1) - h[range(len(labels)), labels]).mean()
    loss.backward()
    return h.grad.numpy()


def derivatives(function, point):
    gradient = torch.func.jacrev(function)
    return gradient(point), torch.func.jacfwd(gradient)(point)


def slope_and_curvature(function, point, direction):
    unit = direction / torch.sqrt((direction**2).sum())
    slope = torch.func.grad(lambda t: function(point + t * unit))
    here = torch.zeros((), dtype=point.dtype)
    return float(slope(here)), float(torch.func.grad(slope)(here))

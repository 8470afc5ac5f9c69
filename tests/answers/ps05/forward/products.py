"""kind: right
points: 6

A cumulative product; tensors for the measurement.
"""

import numpy as np
import torch


def predict_forward(x, shapes, variances, activation):
    factors = np.array([into for _, into in shapes]) * np.array(variances)
    if activation == "relu":
        factors[1:] /= 2
    return (x**2).mean() * np.cumprod(factors)


def measure_forward(x, weights, activation):
    act = {"linear": torch.nn.Identity(), "relu": torch.relu, "tanh": torch.tanh}[activation]
    a, found = torch.tensor(x), []
    for W in weights:
        z = torch.nn.functional.linear(a, torch.tensor(W))
        found.append(z.square().mean().item())
        a = act(z)
    return np.array(found)

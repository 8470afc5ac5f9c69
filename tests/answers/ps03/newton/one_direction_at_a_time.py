"""kind: right
points: 5

A step along each eigenvector, with PyTorch's eigenvectors.
"""

import numpy as np
import torch


def newton_step(theta, gradient, hessian):
    return theta + np.linalg.lstsq(hessian, -gradient, rcond=None)[0]


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    values, vectors = torch.linalg.eigh(torch.tensor(hessian))
    for value, vector in zip(values.tolist(), vectors.T.numpy(), strict=True):
        theta = theta - (vector @ gradient) / (abs(value) + damping) * vector
    return theta

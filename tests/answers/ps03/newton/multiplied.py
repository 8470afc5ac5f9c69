"""kind: wrong
points: 3
says: The gradient is multiplied by the Hessian

H in place of its inverse.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - hessian @ gradient


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    values, vectors = np.linalg.eigh(hessian)
    return theta - vectors @ (vectors.T @ gradient / (np.abs(values) + damping))

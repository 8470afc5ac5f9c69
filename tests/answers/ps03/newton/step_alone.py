"""kind: wrong
points: 3
says: the function returns the next point

The step in place of the next point.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return -np.linalg.solve(hessian, gradient)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    values, vectors = np.linalg.eigh(hessian)
    return theta - vectors @ (vectors.T @ gradient / (np.abs(values) + damping))

"""kind: wrong
points: 4
says: Only the Hessian's diagonal is used

Divides by the curvatures along the axes.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - gradient / np.diag(hessian)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    values, vectors = np.linalg.eigh(hessian)
    return theta - vectors @ (vectors.T @ gradient / (np.abs(values) + damping))

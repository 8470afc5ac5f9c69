"""kind: wrong
points: 3
says: The eigenvectors are the columns of V

V and its transpose exchanged.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - np.linalg.solve(hessian, gradient)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    values, vectors = np.linalg.eigh(hessian)
    return theta - vectors.T @ ((vectors @ gradient) / (np.abs(values) + damping))

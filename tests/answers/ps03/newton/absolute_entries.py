"""kind: wrong
points: 3
says: it belongs to the eigenvalues

Absolute values of the matrix's entries.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - np.linalg.solve(hessian, gradient)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    return theta - np.linalg.solve(np.abs(hessian) + damping * np.eye(len(theta)), gradient)

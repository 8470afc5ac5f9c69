"""kind: wrong
points: 4
says: damping is not used

Damping has no effect.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - np.linalg.solve(hessian, gradient)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    values, vectors = np.linalg.eigh(hessian)
    return theta - vectors @ ((vectors.T @ gradient) / np.abs(values))

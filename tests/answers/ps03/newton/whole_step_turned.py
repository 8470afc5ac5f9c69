"""kind: wrong
points: 2
says: only the directions with a negative eigenvalue

Turns the whole step if any eigenvalue is negative.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - np.linalg.solve(hessian, gradient)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    step = np.linalg.solve(hessian + damping * np.eye(len(theta)), gradient)
    if np.linalg.eigvalsh(hessian)[0] < 0:
        step = -step
    return theta - step

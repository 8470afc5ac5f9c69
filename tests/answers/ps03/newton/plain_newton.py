"""kind: wrong
points: 2
says: drawn to the saddle point

Newton's step with damping.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - np.linalg.solve(hessian, gradient)


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    return theta - np.linalg.solve(hessian + damping * np.eye(len(theta)), gradient)

"""kind: right
points: 5

Inverse matrices, |H| from the singular values.
"""

import numpy as np


def newton_step(theta, gradient, hessian):
    return theta - np.linalg.inv(hessian) @ gradient


def saddle_free_step(theta, gradient, hessian, damping=0.0):
    _, sizes, rows = np.linalg.svd(hessian)
    absolute = rows.T @ np.diag(sizes) @ rows
    return theta - np.linalg.inv(absolute + damping * np.eye(len(sizes))) @ gradient

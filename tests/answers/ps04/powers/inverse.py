"""kind: right
points: 8

The whole matrix from eigenvalues, and singular values by the eigenvalues of WᵀW.
"""

import numpy as np


def after(W, x, m):
    values, U = np.linalg.eig(W.astype(complex))
    return np.real(U @ np.diag(values**m) @ np.linalg.inv(U) @ x)


def gradient_at_start(W, g, m):
    values, U = np.linalg.eig(W)
    return np.real(np.linalg.inv(U).T @ (values**m * (U.T @ g)))


def fate(W):
    sizes = sorted(abs(value) for value in np.linalg.eigvals(W))
    if sizes[-1] > 1 + 1e-9:
        return "explodes"
    return "vanishes" if sizes[-1] < 1 - 1e-9 else "stays"


def bound(W, largest_slope, steps):
    stretch = float(np.sqrt(np.linalg.eigvalsh(W.T @ W)[-1]))
    return (largest_slope * stretch) ** steps

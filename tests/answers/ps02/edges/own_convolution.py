"""kind: right
points: 5

Task 1's function does the work.
"""

import numpy as np


def edge_kernels():
    column = np.ones((3, 1))
    row = np.array([[1, 0, -1]])
    second = np.array([[0, 0, 0], [1, -2, 1], [0, 0, 0]])
    return {"vertical": column * row, "horizontal": row.T * column.T, "laplacian": second + second.T}


def edge_strength(image):
    kernels = edge_kernels()
    responses = [conv2d(image.astype(float), kernels[name]) for name in ("vertical", "horizontal")]  # noqa: F821
    return np.linalg.norm(responses, axis=0)

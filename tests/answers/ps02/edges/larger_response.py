"""kind: wrong
points: 3
says: the larger of the two responses

The maximum of |v| and |h|.
"""

import numpy as np


def edge_kernels():
    return {
        "vertical": np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]], dtype=float),
        "horizontal": np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], dtype=float),
        "laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=float),
    }


def edge_strength(image):
    pixels = np.asarray(image, dtype=float)
    v = pixels[:, :-2] - pixels[:, 2:]
    v = v[:-2] + v[1:-1] + v[2:]
    h = pixels[:-2] - pixels[2:]
    h = h[:, :-2] + h[:, 1:-1] + h[:, 2:]
    return np.maximum(abs(v), abs(h))

"""kind: right
points: 6

Windows as the columns of a matrix, and one matrix product.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding).astype(float)
    tops = range(0, padded.shape[0] - kernel.shape[0] + 1, stride)
    lefts = range(0, padded.shape[1] - kernel.shape[1] + 1, stride)
    columns = [
        padded[top : top + kernel.shape[0], left : left + kernel.shape[1]].ravel()
        for top in tops
        for left in lefts
    ]
    return (kernel.ravel() @ np.stack(columns, axis=1)).reshape(len(tops), len(lefts))

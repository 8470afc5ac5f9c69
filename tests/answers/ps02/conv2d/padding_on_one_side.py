"""kind: wrong
points: 4
says: pad on all four sides

Zeros below and to the right only.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, ((0, padding), (0, padding)))
    rows, columns = kernel.shape
    height = (padded.shape[0] - rows) // stride + 1
    width = (padded.shape[1] - columns) // stride + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            output[i, j] = (padded[top : top + rows, left : left + columns] * kernel).sum()
    return output

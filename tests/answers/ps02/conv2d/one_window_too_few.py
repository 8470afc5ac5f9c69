"""kind: wrong
points: 0
says: Wrong shape: expected (4, 4), got (3, 3).
says: mind the + 1

The + 1 of the output size is missing.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    rows, columns = kernel.shape
    height = (padded.shape[0] - rows) // stride
    width = (padded.shape[1] - columns) // stride
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            output[i, j] = (padded[top : top + rows, left : left + columns] * kernel).sum()
    return output

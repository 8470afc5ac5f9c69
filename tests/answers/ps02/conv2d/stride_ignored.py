"""kind: wrong
points: 4
says: The stride is ignored

Every window is computed, whatever the stride.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    rows, columns = kernel.shape
    height = padded.shape[0] - rows + 1
    width = padded.shape[1] - columns + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            top, left = i, j
            output[i, j] = (padded[top : top + rows, left : left + columns] * kernel).sum()
    return output

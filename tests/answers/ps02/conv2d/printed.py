"""kind: wrong
points: 0
says: print shows a value, return hands it back

The result is shown and not returned.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    rows, columns = kernel.shape
    height = (padded.shape[0] - rows) // stride + 1
    width = (padded.shape[1] - columns) // stride + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            output[i, j] = (padded[top : top + rows, left : left + columns] * kernel).sum()
    print(output)

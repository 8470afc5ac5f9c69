"""kind: wrong
points: 5
says: the result has to be an array of floats

The output has the image's type, so fractions are cut off.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    rows, columns = kernel.shape
    height = (padded.shape[0] - rows) // stride + 1
    width = (padded.shape[1] - columns) // stride + 1
    output = np.zeros((height, width), dtype=image.dtype)
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            output[i, j] = (padded[top : top + rows, left : left + columns] * kernel).sum()
    return output

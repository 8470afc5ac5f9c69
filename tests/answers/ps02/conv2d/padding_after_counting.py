"""kind: wrong
points: 4
says: The image is not padded

The output has the size for the image without padding.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = image
    rows, columns = kernel.shape
    height = (image.shape[0] - rows) // stride + 1
    width = (image.shape[1] - columns) // stride + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            output[i, j] = (padded[top : top + rows, left : left + columns] * kernel).sum()
    return output

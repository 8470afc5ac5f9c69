"""kind: wrong
points: 1
says: changed its argument in place

The result is written over pixels that are no longer needed; without padding these are the caller's.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    if padding:
        image = np.pad(image, padding)
    rows, columns = kernel.shape
    height = (image.shape[0] - rows) // stride + 1
    width = (image.shape[1] - columns) // stride + 1
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            image[i, j] = (image[top : top + rows, left : left + columns] * kernel).sum()
    return image[:height, :width].astype(float)

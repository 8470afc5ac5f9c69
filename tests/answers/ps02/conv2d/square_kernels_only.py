"""kind: wrong
points: 4
says: Are rows and columns mixed up?

The kernel's height stands for its width.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    size = len(kernel)
    height = (padded.shape[0] - size) // stride + 1
    width = (padded.shape[1] - size) // stride + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for m in range(size):
                for n in range(min(size, kernel.shape[1])):
                    output[i, j] += padded[i * stride + m, j * stride + n] * kernel[m, n]
    return output

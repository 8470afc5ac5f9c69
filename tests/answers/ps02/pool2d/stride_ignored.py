"""kind: wrong
points: 4
says: The stride is ignored

Windows always lie side by side.
"""

import numpy as np


def pool2d(image, size, stride=None, mode="max"):
    stride = size
    height = (image.shape[0] - size) // stride + 1
    width = (image.shape[1] - size) // stride + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            window = image[i * stride : i * stride + size, j * stride : j * stride + size]
            output[i, j] = window.max() if mode == "max" else window.mean()
    return output

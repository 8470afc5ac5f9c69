"""kind: wrong
points: 4
says: begin with a value of the window itself

The largest value so far begins at 0.
"""

import numpy as np


def pool2d(image, size, stride=None, mode="max"):
    stride = stride or size
    height = (image.shape[0] - size) // stride + 1
    width = (image.shape[1] - size) // stride + 1
    output = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            window = image[i * stride : i * stride + size, j * stride : j * stride + size]
            output[i, j] = max(0, *window.ravel()) if mode == "max" else window.mean()
    return output

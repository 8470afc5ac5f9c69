"""kind: right
points: 5

The images shifted by each place in the window, combined entry by entry.
"""

import numpy as np


def pool2d(image, size, stride=None, mode="max"):
    stride = stride or size
    height, width = (length - size + 1 for length in image.shape)
    shifted = [
        image[m : m + height : stride, n : n + width : stride].astype(float)
        for m in range(size)
        for n in range(size)
    ]
    if mode == "max":
        return np.maximum.reduce(shifted)
    return sum(shifted) / len(shifted)

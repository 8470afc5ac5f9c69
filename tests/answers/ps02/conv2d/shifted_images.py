"""kind: right
points: 6

One shifted image for each entry of the kernel, added up.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    padded = np.pad(image, padding)
    height, width = (p - k + 1 for p, k in zip(padded.shape, kernel.shape, strict=True))
    total = np.zeros((height, width))
    for (m, n), weight in np.ndenumerate(kernel):
        total += weight * padded[m : m + height, n : n + width]
    return total[::stride, ::stride]

"""kind: wrong
points: 5
says: changed its argument in place

The image is turned into fractions in place when it holds whole numbers up to 255.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    if image.dtype == np.uint8:
        image //= 1
        image[image > 250] = 250
    padded = np.pad(image, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)[::stride, ::stride]
    return np.einsum("ijmn,mn->ij", windows, kernel)

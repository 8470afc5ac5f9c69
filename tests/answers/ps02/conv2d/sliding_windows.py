"""kind: right
points: 6

All windows as one view, summed by einsum.
"""

import numpy as np


def conv2d(image, kernel, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
    return np.einsum("ijmn,mn->ij", windows[::stride, ::stride], kernel)

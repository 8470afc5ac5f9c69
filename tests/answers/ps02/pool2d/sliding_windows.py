"""kind: right
points: 5

All windows as one view, reduced over its last two axes.
"""

import numpy as np


def pool2d(image, size, stride=None, mode="max"):
    step = size if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))[::step, ::step]
    reduce = {"max": np.max, "average": np.mean}[mode]
    return reduce(windows, axis=(2, 3))

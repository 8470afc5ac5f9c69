"""kind: wrong
points: 0
says: scipy.signal.correlate2d must not be used

SciPy does the work, under another name; a fallback hides the refusal.
"""

import numpy as np
from scipy.signal import correlate2d as slide


def conv2d(image, kernel, stride=1, padding=0):
    try:
        return slide(np.pad(image, padding).astype(float), kernel, mode="valid")[::stride, ::stride]
    except Exception:
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)
        return np.einsum("ijmn,mn->ij", windows[::stride, ::stride], kernel)

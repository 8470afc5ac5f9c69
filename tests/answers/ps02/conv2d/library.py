"""kind: wrong
points: 0
says: torch.nn.functional.conv2d must not be used

PyTorch does the work.
"""

import torch
from torch.nn import functional


def conv2d(image, kernel, stride=1, padding=0):
    image, kernel = (torch.tensor(array, dtype=torch.float64)[None, None] for array in (image, kernel))
    return functional.conv2d(image, kernel, stride=stride, padding=padding)[0, 0].numpy()

"""kind: wrong
points: 0
says: torch.nn.functional.conv2d must not be used

PyTorch's layer does the work.
"""

import torch.nn.functional as F  # noqa: N812


def conv1x1(images, weight, bias):
    return F.conv2d(images, weight[:, :, None, None], bias)

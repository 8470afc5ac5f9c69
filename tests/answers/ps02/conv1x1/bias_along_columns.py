"""kind: wrong
points: 1
says: follow the channel axis
says: RuntimeError

The bias is added along the last axis, which works by accident when it has as many columns.
"""

import torch


def conv1x1(images, weight, bias):
    return torch.einsum("dc,nchw->ndhw", weight, images) + bias

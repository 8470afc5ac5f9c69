"""kind: wrong
points: 1
says: The bias is missing

Only the matrix is applied.
"""

import torch


def conv1x1(images, weight, bias):
    return torch.einsum("dc,nchw->ndhw", weight, images)

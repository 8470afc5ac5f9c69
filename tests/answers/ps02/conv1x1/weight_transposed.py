"""kind: wrong
points: 2
says: Weights are used the wrong way round

Columns of the weight stand for output channels.
"""

import torch


def conv1x1(images, weight, bias):
    return torch.einsum("cd,nchw->ndhw", weight.reshape(*weight.T.shape), images) + bias[:, None, None]

"""kind: wrong
points: 3
says: follow the channel axis

The bias goes along the columns wherever that is possible.
"""

import torch


def conv1x1(images, weight, bias):
    mixed = torch.einsum("dc,nchw->ndhw", weight, images)
    return mixed + (bias if len(bias) == mixed.shape[-1] else bias.reshape(-1, 1, 1))

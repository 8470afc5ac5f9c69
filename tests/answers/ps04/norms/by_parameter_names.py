"""kind: right
points: 6

Collects squares by the first part of each parameter's name, on tensors.
"""

import numpy as np
import torch
from torch import nn


def layer_norms(network, images, labels):
    named = dict(network.named_parameters())
    loss = nn.CrossEntropyLoss()(network(images), labels)
    gradients = torch.autograd.grad(loss, list(named.values()), allow_unused=True, materialize_grads=True)
    parts = {}
    for name, gradient in zip(named, gradients, strict=False):
        layer = name.rpartition(".")[0]
        parts.setdefault(layer, []).append(gradient.flatten())
    return {layer: float(torch.cat(flat).norm()) for layer, flat in parts.items()}


def factor_per_layer(norms):
    return float(np.exp((np.log(norms[0]) - np.log(norms[-1])) / (len(norms) - 1)))

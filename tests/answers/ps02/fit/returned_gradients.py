"""kind: right
points: 5

Gradients come back as values, so nothing adds up.
"""

import torch
from torch import nn


def fit(network, images, labels, learning_rate, steps):
    parameters = list(network.parameters())

    def step():
        loss = nn.CrossEntropyLoss()(network(images), labels)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data.sub_(gradient, alpha=learning_rate)
        return loss.item()

    return [step() for _ in range(steps)]

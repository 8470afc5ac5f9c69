"""kind: wrong
points: 2
says: the loss is their mean

The sum over the images.
"""

import torch
from torch import nn


def fit(network, images, labels, learning_rate, steps):
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(images), labels, reduction="sum")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

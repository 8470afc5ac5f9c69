"""kind: wrong
points: 3
says: loss.item() makes one

Tensors with their whole graph are collected.
"""

import torch
from torch import nn


def fit(network, images, labels, learning_rate, steps):
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return losses

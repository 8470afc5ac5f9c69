"""kind: wrong
points: 4
says: This is the loss after the update

The loss is computed again at the end of a step.
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
        losses.append(nn.functional.cross_entropy(network(images), labels).item())
    return losses

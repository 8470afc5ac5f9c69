"""kind: wrong
points: 2
says: The parameters move with the gradient
says: against the gradient

Gradient ascent.
"""

import torch
from torch import nn


def fit(network, images, labels, learning_rate, steps):
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate, maximize=True)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

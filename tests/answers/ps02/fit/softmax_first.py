"""kind: wrong
points: 1
says: give it the raw scores

Softmax twice: by hand and in the loss.
"""

import torch
from torch import nn


def fit(network, images, labels, learning_rate, steps):
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(images).softmax(dim=1), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

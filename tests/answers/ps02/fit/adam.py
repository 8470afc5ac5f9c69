"""kind: wrong
points: 3
says: by -learning_rate times its gradient

Another optimizer.
"""

import torch
from torch import nn


def fit(network, images, labels, learning_rate, steps):
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

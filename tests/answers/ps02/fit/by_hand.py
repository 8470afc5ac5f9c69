"""kind: right
points: 5

Parameters are updated without an optimizer.
"""

import torch
from torch.nn.functional import cross_entropy


def fit(network, images, labels, learning_rate, steps):
    history = []
    for _ in range(steps):
        network.zero_grad()
        loss = cross_entropy(network(images), labels)
        loss.backward()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter -= learning_rate * parameter.grad
        history.append(float(loss))
    return history

"""kind: wrong
points: 6
says: training mode

Feeds single images in training mode with the others of the batch.
"""

import copy

import torch
from torch import nn


def diagnose(network, images, labels, good=0.8):
    tried = copy.deepcopy(network)

    def share(training):
        with torch.no_grad():
            classes = tried.train(training)(images).argmax(1)
        return (classes == labels).double().mean().item()

    if share(False) >= good:
        return "sound"
    return "statistics" if share(True) >= good else "weights"


def predict(network, images):
    tried = copy.deepcopy(network).train()
    with torch.no_grad():
        return tried(torch.cat([images, images])).argmax(1)[: len(images)]


def train_head(network, images, labels, learning_rate, steps):
    network.train()
    network.base.eval()
    optimizer = torch.optim.SGD(network.head.parameters(), lr=learning_rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

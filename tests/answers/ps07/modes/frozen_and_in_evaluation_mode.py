"""kind: right
points: 8

requires_grad_(False) and eval() together.
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
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    with torch.no_grad():
        classes = network(images).argmax(1)
    for module, training in modes:
        module.training = training
    return classes


def train_head(network, images, labels, learning_rate, steps):
    for parameter in network.base.parameters():
        parameter.requires_grad_(False)
    network.head.train()
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

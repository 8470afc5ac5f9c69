"""kind: wrong
points: 7
says: some part of the network is in another mode

Works on the network, puts the statistics back, but not the modes.
"""

import copy

import torch
from torch import nn


def diagnose(network, images, labels, good=0.8):
    state = copy.deepcopy(network.state_dict())
    shares = []
    for training in (False, True):
        network.train(training)
        with torch.no_grad():
            shares.append((network(images).argmax(1) == labels).double().mean().item())
    network.load_state_dict(state)
    if shares[0] >= good:
        return "sound"
    return "statistics" if shares[1] >= good else "weights"


def predict(network, images):
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    with torch.no_grad():
        classes = network(images).argmax(1)
    for module, training in modes:
        module.training = training
    return classes


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

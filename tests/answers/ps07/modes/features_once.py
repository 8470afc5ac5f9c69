"""kind: right
points: 8

Predicts with a copy, and computes the base's features once.
"""

import copy

import torch
from torch import nn


def diagnose(network, images, labels, good=0.8):
    found = {}
    for training in (True, False):
        twin = copy.deepcopy(network)
        for module in twin.modules():
            module.training = training
        right = int((twin(images).argmax(1) == labels).sum())
        found[training] = right / len(labels) >= good
    if found[False]:
        return "sound"
    if found[True]:
        return "statistics"
    return "weights"


def predict(network, images):
    with torch.no_grad():
        return copy.deepcopy(network).eval()(images).argmax(dim=1)


def train_head(network, images, labels, learning_rate, steps):
    network.eval()
    network.head.train()
    with torch.no_grad():
        features = network.base(images)
    parameters = list(network.head.parameters())
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(network.head(features), labels)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= learning_rate * gradient
        losses.append(float(loss))
    return losses

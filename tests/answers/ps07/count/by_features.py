"""kind: wrong
points: 4
says: running statistics are wrong

Two statistics for each channel of each norm, present or not.
"""

import itertools

import torch


def by_formula(sizes, bias=True):
    norms = 2 * sum(sizes[:-1])
    weights = sum((inputs * units for inputs, units in itertools.pairwise(sizes)))
    biases = sum(sizes[1:]) if bias else sizes[-1]
    trainable = norms + weights + biases
    return (trainable + norms, trainable, norms)


def count(network):
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    frozen = sum(p.numel() for p in network.parameters() if not p.requires_grad)
    norms = [m for m in network.modules() if isinstance(m, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d))]
    return trained, frozen, sum(2 * norm.num_features for norm in norms)

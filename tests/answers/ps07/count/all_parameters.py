"""kind: wrong
points: 3
says: look at requires_grad

Counts frozen parameters as trained.
"""

import itertools


def by_formula(sizes, bias=True):
    norms = 2 * sum(sizes[:-1])
    weights = sum((inputs * units for inputs, units in itertools.pairwise(sizes)))
    biases = sum(sizes[1:]) if bias else sizes[-1]
    trainable = norms + weights + biases
    return (trainable + norms, trainable, norms)


def count(network):
    trained = sum(parameter.numel() for parameter in network.parameters())
    statistics = sum(b.numel() for name, b in network.named_buffers() if "running" in name)
    return trained, 0, statistics

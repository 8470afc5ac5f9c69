"""kind: wrong
points: 3
says: There is no norm behind the last layer

A norm after each dense layer.
"""

import itertools


def by_formula(sizes, bias=True):
    norms = 2 * sum(sizes)
    weights = sum((inputs * units for inputs, units in itertools.pairwise(sizes)))
    biases = sum(sizes[1:]) if bias else sizes[-1]
    trainable = norms + weights + biases
    return (trainable + norms, trainable, norms)


def count(network):
    trained = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    frozen = sum(parameter.numel() for parameter in network.parameters() if not parameter.requires_grad)
    statistics = sum(
        (
            buffer.numel()
            for name, buffer in network.named_buffers()
            if not name.endswith("num_batches_tracked")
        )
    )
    return (trained, frozen, statistics)

"""kind: right
points: 5

Counts what the state holds.
"""

import itertools


def by_formula(sizes, bias=True):
    norms = 2 * sum(sizes[:-1])
    weights = sum((inputs * units for inputs, units in itertools.pairwise(sizes)))
    biases = sum(sizes[1:]) if bias else sizes[-1]
    trainable = norms + weights + biases
    return (trainable + norms, trainable, norms)


def count(network):
    asks = {name: p.requires_grad for name, p in network.named_parameters()}
    sizes = {name: t.numel() for name, t in network.state_dict().items() if "num_batches" not in name}
    trained = sum(size for name, size in sizes.items() if asks.get(name) is True)
    frozen = sum(size for name, size in sizes.items() if asks.get(name) is False)
    return trained, frozen, sum(sizes.values()) - trained - frozen

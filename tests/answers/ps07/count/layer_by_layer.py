"""kind: right
points: 5

Adds layer by layer; statistics from the modules that keep them.
"""


def by_formula(sizes, bias=True):
    trainable = rest = 0
    last = len(sizes) - 2
    for layer in range(len(sizes) - 1):
        inputs, units = sizes[layer], sizes[layer + 1]
        trainable += 2 * inputs + inputs * units
        rest += 2 * inputs
        if bias or layer == last:
            trainable += units
    return [trainable + rest, trainable, rest]


def count(network):
    totals = [0, 0, 0]
    for parameter in network.parameters():
        totals[0 if parameter.requires_grad else 1] += parameter.numel()
    for module in network.modules():
        for name in ("running_mean", "running_var"):
            statistic = getattr(module, name, None)
            if statistic is not None:
                totals[2] += statistic.numel()
    return tuple(totals)

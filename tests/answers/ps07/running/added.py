"""kind: wrong
points: 4
says: old and new have weights that add up to 1

Adds a part of the new to the old.
"""


def update(running_mean, running_var, x, momentum=0.1, convention="pytorch"):
    channels = x.transpose(0, 1).flatten(1)
    if convention == "keras":
        new_weight, variance = (1 - momentum, channels.var(1, correction=0))
    else:
        new_weight, variance = (momentum, channels.var(1, correction=1))
    mean = running_mean + new_weight * channels.mean(1)
    return (mean, running_var + new_weight * variance)


def evaluate(x, gamma, beta, running_mean, running_var, epsilon=1e-05):
    scale = gamma / (running_var + epsilon).sqrt()
    shift = beta - running_mean * scale
    by_channel = (-1, *[1] * (x.ndim - 2))
    return x * scale.view(by_channel) + shift.view(by_channel)


def batches_to_catch_up(momentum, share):
    batches, old = (0, 1.0)
    while 1 - old < share:
        old *= 1 - momentum
        batches += 1
    return batches

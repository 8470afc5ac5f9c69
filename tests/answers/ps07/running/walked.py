"""kind: right
points: 8

Counts by walking from 0 to 1.
"""


def update(running_mean, running_var, x, momentum=0.1, convention="pytorch"):
    channels = x.transpose(0, 1).flatten(1)
    if convention == "keras":
        new_weight, variance = (1 - momentum, channels.var(1, correction=0))
    else:
        new_weight, variance = (momentum, channels.var(1, correction=1))
    mean = (1 - new_weight) * running_mean + new_weight * channels.mean(1)
    return (mean, (1 - new_weight) * running_var + new_weight * variance)


def evaluate(x, gamma, beta, running_mean, running_var, epsilon=1e-05):
    scale = gamma / (running_var + epsilon).sqrt()
    shift = beta - running_mean * scale
    by_channel = (-1, *[1] * (x.ndim - 2))
    return x * scale.view(by_channel) + shift.view(by_channel)


def batches_to_catch_up(momentum, share):
    batches, mean = 0, 0.0
    while mean < share:
        mean = (1 - momentum) * mean + momentum * 1.0
        batches += 1
    return batches

"""kind: wrong
points: 5
says: evaluation uses the running ones

Normalizes with the batch in evaluation mode.
"""


def update(running_mean, running_var, x, momentum=0.1, convention="pytorch"):
    channels = x.transpose(0, 1).flatten(1)
    if convention == "keras":
        new_weight, variance = (1 - momentum, channels.var(1, correction=0))
    else:
        new_weight, variance = (momentum, channels.var(1, correction=1))
    mean = (1 - new_weight) * running_mean + new_weight * channels.mean(1)
    return (mean, (1 - new_weight) * running_var + new_weight * variance)


def evaluate(x, gamma, beta, running_mean, running_var, epsilon=1e-5):
    axes = [axis for axis in range(x.ndim) if axis != 1]
    mean, variance = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
    shape = (-1, *[1] * (x.ndim - 2))
    return gamma.view(shape) * (x - mean) / (variance + epsilon).sqrt() + beta.view(shape)


def batches_to_catch_up(momentum, share):
    batches, old = (0, 1.0)
    while 1 - old < share:
        old *= 1 - momentum
        batches += 1
    return batches

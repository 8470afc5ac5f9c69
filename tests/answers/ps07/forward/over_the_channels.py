"""kind: wrong
points: 2
says: Mean and variance are taken over the channels of an example

Layer norm's axes.
"""


def batch_norm(x, gamma, beta, epsilon=1e-5):
    if x[:, 0].numel() == 1:
        raise ValueError("one value")
    axes, shape = list(range(1, x.ndim)), (-1, *[1] * (x.ndim - 2))
    x_hat = (x - x.mean(axes, keepdim=True)) / (x.var(axes, correction=0, keepdim=True) + epsilon).sqrt()
    return gamma.view(shape) * x_hat + beta.view(shape)


def undoing(x, epsilon=1e-05):
    channels = x.transpose(0, 1).flatten(1)
    return ((channels.var(1, correction=0) + epsilon).sqrt(), channels.mean(1))

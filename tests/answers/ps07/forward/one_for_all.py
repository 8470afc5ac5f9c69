"""kind: wrong
points: 2
says: One mean and one variance serve all channels

Standardizes the whole tensor.
"""


def batch_norm(x, gamma, beta, epsilon=1e-5):
    if x[:, 0].numel() == 1:
        raise ValueError("one value")
    x_hat = (x - x.mean()) / (x.var(correction=0) + epsilon).sqrt()
    shape = (-1, *[1] * (x.ndim - 2))
    return gamma.view(shape) * x_hat + beta.view(shape)


def undoing(x, epsilon=1e-05):
    channels = x.transpose(0, 1).flatten(1)
    return ((channels.var(1, correction=0) + epsilon).sqrt(), channels.mean(1))

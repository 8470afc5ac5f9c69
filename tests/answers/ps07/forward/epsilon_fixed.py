"""kind: wrong
points: 4
says: whatever the caller gives

A constant where the argument should be.
"""


def batch_norm(x, gamma, beta, epsilon=1e-05):
    if x[:, 0].numel() == 1:
        raise ValueError(
            "batch norm in training needs more than one value in each channel: take a larger batch"
        )
    axes = [axis for axis in range(x.ndim) if axis != 1]
    mean = x.mean(axes, keepdim=True)
    variance = ((x - mean) ** 2).mean(axes, keepdim=True)
    x_hat = (x - mean) / (variance + 1e-05).sqrt()
    return gamma.view_as(mean[0]) * x_hat + beta.view_as(mean[0])


def undoing(x, epsilon=1e-05):
    channels = x.transpose(0, 1).flatten(1)
    return ((channels.var(1, correction=0) + epsilon).sqrt(), channels.mean(1))

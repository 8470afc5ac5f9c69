"""kind: wrong
points: 5
says: so epsilon belongs into it

gamma = σ.
"""


def batch_norm(x, gamma, beta, epsilon=1e-05):
    if x[:, 0].numel() == 1:
        raise ValueError(
            "batch norm in training needs more than one value in each channel: take a larger batch"
        )
    axes = [axis for axis in range(x.ndim) if axis != 1]
    mean = x.mean(axes, keepdim=True)
    variance = ((x - mean) ** 2).mean(axes, keepdim=True)
    x_hat = (x - mean) / (variance + epsilon).sqrt()
    return gamma.view_as(mean[0]) * x_hat + beta.view_as(mean[0])


def undoing(x, epsilon=1e-05):
    channels = x.transpose(0, 1).flatten(1)
    return (channels.std(1, correction=0), channels.mean(1))

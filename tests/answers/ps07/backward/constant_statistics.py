"""kind: wrong
points: 4
says: Only the straight path through x̂ is there

Treats μ and σ² as constants.
"""


def batch_norm_backward(dy, x, gamma, epsilon=1e-05):
    axes = [axis for axis in range(x.ndim) if axis != 1]
    mean = x.mean(axes, keepdim=True)
    deviation = (((x - mean) ** 2).mean(axes, keepdim=True) + epsilon).sqrt()
    x_hat = (x - mean) / deviation
    delta = dy * gamma.view_as(mean[0])
    dx = delta / deviation
    return (dx, (dy * x_hat).sum(axes), dy.sum(axes))


def evaluation_backward(dy, gamma, running_var, epsilon=1e-05):
    slope = gamma / (running_var + epsilon).sqrt()
    return dy * slope.view(-1, *[1] * (dy.ndim - 2))

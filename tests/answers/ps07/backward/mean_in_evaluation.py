"""kind: wrong
points: 5
says: running statistics are constants

Takes the mean away in evaluation mode, too.
"""


def batch_norm_backward(dy, x, gamma, epsilon=1e-05):
    axes = [axis for axis in range(x.ndim) if axis != 1]
    mean = x.mean(axes, keepdim=True)
    deviation = (((x - mean) ** 2).mean(axes, keepdim=True) + epsilon).sqrt()
    x_hat = (x - mean) / deviation
    delta = dy * gamma.view_as(mean[0])
    straight = delta - delta.mean(axes, keepdim=True)
    dx = (straight - x_hat * (delta * x_hat).mean(axes, keepdim=True)) / deviation
    return (dx, (dy * x_hat).sum(axes), dy.sum(axes))


def evaluation_backward(dy, gamma, running_var, epsilon=1e-05):
    slope = gamma / (running_var + epsilon).sqrt()
    dy = dy - dy.mean((0, *range(2, dy.ndim)), keepdim=True)
    return dy * slope.view(-1, *[1] * (dy.ndim - 2))

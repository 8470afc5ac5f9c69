"""kind: right
points: 7

Feature maps as rows of channels, by the short form with dgamma and dbeta in it.
"""


def batch_norm_backward(dy, x, gamma, epsilon=1e-5):
    rows, upstream = (t.movedim(1, -1).reshape(-1, t.shape[1]) for t in (x, dy))
    centered = rows - rows.mean(0)
    inverse = (centered.square().mean(0) + epsilon).rsqrt()
    x_hat = centered * inverse
    dgamma, dbeta = (upstream * x_hat).sum(0), upstream.sum(0)
    dx = gamma * inverse * (upstream - (dbeta + x_hat * dgamma) / len(rows))
    return dx.view(x.movedim(1, -1).shape).movedim(-1, 1), dgamma, dbeta


def evaluation_backward(dy, gamma, running_var, epsilon=1e-5):
    return (dy.movedim(1, -1) * gamma * (running_var + epsilon).rsqrt()).movedim(-1, 1)

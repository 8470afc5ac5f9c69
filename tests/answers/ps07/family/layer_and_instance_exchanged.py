"""kind: wrong
points: 5
says: This is instance norm

The two names exchanged.
"""


def normalize(x, axes, epsilon=1e-05):
    centered = x - x.mean(axes, keepdim=True)
    return centered / ((centered**2).mean(axes, keepdim=True) + epsilon).sqrt()


def norm(x, kind, gamma, beta, groups=1, epsilon=1e-05):
    N, C, H, W = x.shape
    if kind == "group":
        if C % groups:
            raise ValueError(f"{groups} groups do not divide {C} channels: choose a divisor")
        x_hat = normalize(x.reshape(N, groups, C // groups, H, W), (2, 3, 4), epsilon).reshape(x.shape)
    else:
        axes = {"batch": (0, 2, 3), "layer": (2, 3), "instance": (1, 2, 3)}[kind]
        x_hat = normalize(x, axes, epsilon)
    return gamma.view(-1, 1, 1) * x_hat + beta.view(-1, 1, 1)

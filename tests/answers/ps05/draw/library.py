"""kind: wrong
points: 2
says: must not be used in this task

Lets PyTorch draw.
"""

import torch


def weight_variance(rule, fan_in, fan_out, gain=1.0):
    variances = {"lecun": 1 / fan_in, "xavier": 2 / (fan_in + fan_out), "he": 2 / fan_in}
    return gain**2 * variances[rule]


def dense_weights(rule, fan_in, fan_out, distribution, seed, gain=1.0):
    torch.manual_seed(seed)
    W = torch.empty(fan_out, fan_in, dtype=torch.float64)
    deviation = weight_variance(rule, fan_in, fan_out, gain) ** 0.5
    if distribution == "normal":
        return torch.nn.init.normal_(W, 0, deviation).numpy()
    return torch.nn.init.uniform_(W, -(3**0.5) * deviation, 3**0.5 * deviation).numpy()

"""kind: wrong
points: 2
says: must not be used in this task

PyTorch's own.
"""

import torch


def batch_norm(x, gamma, beta, epsilon=1e-5):
    return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=epsilon)


def undoing(x, epsilon=1e-05):
    channels = x.transpose(0, 1).flatten(1)
    return ((channels.var(1, correction=0) + epsilon).sqrt(), channels.mean(1))

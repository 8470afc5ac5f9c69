"""kind: wrong
points: 0
says: must not be used in this task

PyTorch's initializer in its place.
"""

import torch


def mended(shape, activation, mode, distribution, seed):
    torch.manual_seed(seed)
    W = torch.empty(*shape, dtype=torch.float64)
    draw = torch.nn.init.kaiming_normal_ if distribution == "normal" else torch.nn.init.kaiming_uniform_
    return draw(W, mode="fan_out" if mode == "fan_out" else "fan_in", nonlinearity="relu").numpy()

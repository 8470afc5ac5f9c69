"""kind: wrong
points: 1
says: must not be used in this task

Asks PyTorch and the course's library.
"""

import math

import numpy as np
import torch


def fans(shape, layout, groups=1):
    if layout == "pytorch":
        fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(*shape))
        return fan_in, fan_out // groups
    from course_lib import by_hand

    if layout == "keras":
        fan_in, fan_out = by_hand.keras_fans(shape)
        return fan_in, fan_out // groups
    return math.prod(shape[:-2]), math.prod(shape[:-2]) * shape[-1]


def slip_factor(shape):
    return float(np.sqrt(np.prod(shape[:2]) * (shape[2] + shape[3]) / (shape[0] + shape[1])))

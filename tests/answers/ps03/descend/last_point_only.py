"""kind: wrong
points: 2
says: The start and the point after each step

Returns where it ends.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    point = np.array(start, dtype=float)
    for _ in range(steps):
        point = point - learning_rate * gradient(point)
    return point


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    rng = np.random.default_rng(seed)
    return descend(lambda point: rng.normal(gradient(point), scale), start, learning_rate, steps)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

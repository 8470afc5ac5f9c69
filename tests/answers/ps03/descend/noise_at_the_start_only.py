"""kind: wrong
points: 6
says: Wrong values

Disturbs the start and then descends without noise.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    points = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        points.append(points[-1] - learning_rate * gradient(points[-1]))
    return np.stack(points)


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    noise = scale * np.random.default_rng(seed).normal(size=start.shape)
    return descend(gradient, start + noise, learning_rate, steps)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

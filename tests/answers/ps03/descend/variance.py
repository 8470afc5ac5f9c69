"""kind: wrong
points: 6
says: scale is the standard deviation

Takes scale for the variance.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    points = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        points.append(points[-1] - learning_rate * gradient(points[-1]))
    return np.stack(points)


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    rng = np.random.default_rng(seed)
    points = [start]
    for _ in range(steps):
        points.append(
            points[-1]
            - learning_rate * (gradient(points[-1]) + rng.normal(scale=scale**0.5, size=start.shape))
        )
    return np.array(points)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

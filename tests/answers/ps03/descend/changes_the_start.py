"""kind: wrong
points: 4
says: changed its argument in place

Works on the caller's array.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    points = [start.copy()]
    for _ in range(steps):
        start -= learning_rate * gradient(start)
        points.append(start.copy())
    return np.array(points)


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    rng = np.random.default_rng(seed)
    points = [start]
    for _ in range(steps):
        points.append(
            points[-1] - learning_rate * (gradient(points[-1]) + scale * rng.normal(size=start.shape))
        )
    return np.array(points)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

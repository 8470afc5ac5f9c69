"""kind: wrong
points: 5
says: compute it anew where you are

Computes the gradient once.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    g = gradient(start)
    return np.array([start - learning_rate * step * g for step in range(steps + 1)])


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

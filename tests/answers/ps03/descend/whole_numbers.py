"""kind: wrong
points: 6
says: the fractions are lost

Makes room of the start's own type.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    points = np.empty((steps + 1, len(start)), dtype=start.dtype)
    points[0] = start
    for step in range(steps):
        points[step + 1] = points[step] - learning_rate * gradient(points[step])
    return points


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

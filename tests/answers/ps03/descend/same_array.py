"""kind: wrong
points: 4
says: All rows are the last point

Appends the one array that it changes.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    point = np.array(start, dtype=float)
    points = [point]
    for _ in range(steps):
        point -= learning_rate * gradient(point)
        points.append(point)
    return np.array(points)


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    rng = np.random.default_rng(seed)
    return descend(lambda point: rng.normal(gradient(point), scale), start, learning_rate, steps)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

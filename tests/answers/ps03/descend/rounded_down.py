"""kind: wrong
points: 5
says: Rounded down

The last step before the distance is reached.
"""

import math

import numpy as np


def descend(gradient, start, learning_rate, steps):
    points = [np.asarray(start, dtype=float)]
    for _ in range(steps):
        points.append(points[-1] - learning_rate * gradient(points[-1]))
    return np.stack(points)


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    rng = np.random.default_rng(seed)
    return descend(lambda point: rng.normal(gradient(point), scale), start, learning_rate, steps)


def steps_to_leave(distance, curvature, learning_rate):
    return math.floor(-math.log(distance) / math.log(1 - learning_rate * curvature))

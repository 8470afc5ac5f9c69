"""kind: wrong
points: 4
says: every coordinate needs noise of its own

Perturbs in one direction only.
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
    first = np.eye(len(start))[0]
    for _ in range(steps):
        points.append(points[-1] - learning_rate * (gradient(points[-1]) + scale * rng.normal() * first))
    return np.array(points)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

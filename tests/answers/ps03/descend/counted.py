"""kind: right
points: 7

Counts steps, and makes room for the path first.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    path = np.empty((steps + 1, len(start)))
    path[0] = start
    for step in range(steps):
        path[step + 1] = path[step] - learning_rate * gradient(path[step])
    return path


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    noise = np.random.default_rng(seed).normal(scale=scale, size=(steps, len(start)))
    path = [start]
    for xi in noise:
        path.append(path[-1] - learning_rate * gradient(path[-1]) - learning_rate * xi)
    return np.vstack(path)


def steps_to_leave(distance, curvature, learning_rate):
    steps = 0
    while distance < 1:
        distance *= 1 + learning_rate * abs(curvature)
        steps += 1
    return steps

"""kind: wrong
points: 5
says: use normal numbers
says: on the same side

Numbers between 0 and 1 are no symmetric noise.
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
            - learning_rate * (gradient(points[-1]) + scale * 3.4641 * rng.random(size=start.shape))
        )
    return np.array(points)


def steps_to_leave(distance, curvature, learning_rate):
    return int(np.ceil(np.log(1 / distance) / np.log(1 - learning_rate * curvature)))

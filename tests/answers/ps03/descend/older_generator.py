"""kind: right
points: 7

NumPy's older random numbers, and numpy.ceil, which gives a float.
"""

import numpy as np


def descend(gradient, start, learning_rate, steps):
    x = [float(number) for number in start]
    path = [x]
    for _ in range(steps):
        g = gradient(np.array(x))
        x = [number - learning_rate * slope for number, slope in zip(x, g, strict=True)]
        path.append(x)
    return np.array(path)


def descend_with_noise(gradient, start, learning_rate, steps, scale, seed):
    generator = np.random.RandomState(seed)

    def disturbed(x):
        return gradient(x) + scale * generator.standard_normal(len(x))

    return descend(disturbed, start, learning_rate, steps)


def steps_to_leave(distance, curvature, learning_rate):
    return np.ceil(-np.log(distance) / np.log1p(-learning_rate * curvature))

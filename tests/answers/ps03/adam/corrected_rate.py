"""kind: right
points: 5

The corrections put into the learning rate and epsilon, as the paper suggests.
"""

import numpy as np


def adam(gradient, start, learning_rate, steps, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    theta = np.array(start, dtype=float)
    m = s = np.zeros_like(theta)
    points = [theta]
    for t in range(1, steps + 1):
        g = gradient(theta)
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        root = np.sqrt(1 - beta2**t)
        rate = learning_rate * root / (1 - beta1**t)
        theta = theta - learning_rate * weight_decay * theta - rate * m / (np.sqrt(s) + epsilon * root)
        points.append(theta)
    return np.array(points)

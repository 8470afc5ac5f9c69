"""kind: wrong
points: 1
says: compute it anew where you are

Computes the gradient once.
"""

import numpy as np


def adam(gradient, start, learning_rate, steps, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    theta = np.array(start, dtype=float)
    m = s = np.zeros_like(theta)
    points = [theta]
    g = gradient(theta)
    for t in range(1, steps + 1):
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        theta = (1 - learning_rate * weight_decay) * theta
        theta = theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon)
        points.append(theta)
    return np.array(points)

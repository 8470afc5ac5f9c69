"""kind: wrong
points: 4
says: weight_decay is not used

Adam in place of AdamW.
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
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        theta = theta - learning_rate * m_hat / (np.sqrt(s_hat) + epsilon)
        points.append(theta)
    return np.array(points)

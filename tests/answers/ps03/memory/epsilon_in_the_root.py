"""kind: wrong
points: 5
says: epsilon stands inside the root

Adds epsilon before the root.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return (theta - learning_rate * velocity, velocity)


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return theta - learning_rate * gradient / np.sqrt(squares + epsilon), squares

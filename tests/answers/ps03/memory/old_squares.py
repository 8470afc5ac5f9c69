"""kind: wrong
points: 2
says: divided by the root of the old s

Divides before s is updated.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return (theta - learning_rate * velocity, velocity)


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    theta = theta - learning_rate * gradient / (np.sqrt(squares) + epsilon)
    return theta, rho * squares + (1 - rho) * gradient**2

"""kind: wrong
points: 2
says: s is a mean of the gradients

A mean of gradients under the root.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return (theta - learning_rate * velocity, velocity)


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient
    return theta - learning_rate * gradient / (np.sqrt(np.abs(squares)) + epsilon), squares

"""kind: wrong
points: 4
says: not into the velocity

The learning rate inside the velocity.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + learning_rate * gradient
    return theta - velocity, velocity


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return (theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares)

"""kind: wrong
points: 4
says: The parameters move by the old velocity

Moves before the velocity is updated.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    theta = theta - learning_rate * velocity
    return theta, momentum * velocity + gradient


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return (theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares)

"""kind: wrong
points: 2
says: rho and 1 − rho are exchanged

Keeps what should be new.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return (theta - learning_rate * velocity, velocity)


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = (1 - rho) * squares + rho * gradient**2
    return theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares

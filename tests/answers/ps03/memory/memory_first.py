"""kind: wrong
points: 4
says: The velocity is wrong

The two results in the other order.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return velocity, theta - learning_rate * velocity


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return (theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares)

"""kind: wrong
points: 4
says: The velocity is a sum here, not a mean

The factor 1 − momentum, as Adam has it.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + (1 - momentum) * gradient
    return theta - learning_rate * velocity, velocity


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return (theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares)

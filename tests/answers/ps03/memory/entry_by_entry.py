"""kind: right
points: 6

Loops over the entries.
"""

import math

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    next_theta, next_velocity = theta.copy(), velocity.copy()
    for i in np.ndindex(theta.shape):
        next_velocity[i] = momentum * velocity[i] + gradient[i]
        next_theta[i] = theta[i] - learning_rate * next_velocity[i]
    return next_theta, next_velocity


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    next_theta, next_squares = np.empty_like(theta), np.empty_like(squares)
    for i in np.ndindex(theta.shape):
        s = rho * squares[i] + (1 - rho) * gradient[i] ** 2
        next_squares[i] = s
        next_theta[i] = theta[i] - learning_rate * gradient[i] / (math.sqrt(s) + epsilon)
    return next_theta, next_squares

"""kind: right
points: 6

The mean as a step toward the new square; the velocity with its sign inside.
"""

import numpy as np


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    new_velocity = np.add(gradient, np.multiply(momentum, velocity))
    step = -learning_rate * new_velocity
    return [theta + step, new_velocity]


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    new = squares + (1 - rho) * (gradient * gradient - squares)
    scaled_rate = learning_rate / (new**0.5 + epsilon)
    return theta - scaled_rate * gradient, new

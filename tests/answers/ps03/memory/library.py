"""kind: wrong
points: 4
says: must not be used in this task

Lets the course's own class make the step.
"""

import numpy as np
import torch


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    from course_lib.by_hand import Momentum

    rule = Momentum(lr=learning_rate, momentum=momentum)
    theta, state = rule.update(
        torch.tensor(theta), torch.tensor(gradient), {"velocity": torch.tensor(velocity)}
    )
    return theta.numpy(), state["velocity"].numpy()


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return (theta - learning_rate * gradient / (np.sqrt(squares) + epsilon), squares)

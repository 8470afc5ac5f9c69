"""kind: wrong
points: 2
says: The root is missing

Divides by the mean of the squares itself.
"""


def momentum_step(theta, gradient, velocity, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return (theta - learning_rate * velocity, velocity)


def rmsprop_step(theta, gradient, squares, learning_rate, rho, epsilon):
    squares = rho * squares + (1 - rho) * gradient**2
    return theta - learning_rate * gradient / (squares + epsilon), squares

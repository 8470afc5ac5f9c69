"""kind: wrong
points: 5
says: The activation is left out between the layers

The approximation of the first function in the second.
"""

import numpy as np


def predict_forward(x, shapes, variances, activation):
    share = {"linear": 1.0, "tanh": 1.0, "relu": 0.5}[activation]
    incoming = np.mean(np.square(x))
    found = []
    for (_, fan_in), variance in zip(shapes, variances, strict=True):
        found.append(fan_in * variance * incoming)
        incoming = share * found[-1]
    return np.array(found)


def measure_forward(x, weights, activation):
    functions = {"linear": lambda z: z, "tanh": lambda z: z, "relu": lambda z: np.maximum(z, 0)}
    found = []
    for W in weights:
        z = x @ W.T
        found.append(np.mean(np.square(z)))
        x = functions[activation](z)
    return np.array(found)

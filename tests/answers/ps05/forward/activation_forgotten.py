"""kind: wrong
points: 4
says: The activation is left out between the layers

A linear network.
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
    found = []
    for W in weights:
        z = x @ W.T
        found.append(np.mean(np.square(z)))
        x = z
    return np.array(found)

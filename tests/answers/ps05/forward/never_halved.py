"""kind: wrong
points: 3
says: nothing is halved here

ReLU like the identity.
"""

import numpy as np


def predict_forward(x, shapes, variances, activation):
    share = {"linear": 1.0, "tanh": 1.0, "relu": 1.0}[activation]
    incoming = np.mean(np.square(x))
    found = []
    for (_, fan_in), variance in zip(shapes, variances, strict=True):
        found.append(fan_in * variance * incoming)
        incoming = share * found[-1]
    return np.array(found)


def measure_forward(x, weights, activation):
    functions = {"linear": lambda z: z, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
    found = []
    for W in weights:
        z = x @ W.T
        found.append(np.mean(np.square(z)))
        x = functions[activation](z)
    return np.array(found)

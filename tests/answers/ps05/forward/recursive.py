"""kind: right
points: 6

Each layer asks the one below; columns are examples.
"""

import numpy as np


def predict_forward(x, shapes, variances, activation):
    z = [shapes[0][1] * variances[0] * float((x * x).mean())]
    for layer in range(1, len(shapes)):
        a = z[-1] / 2 if activation == "relu" else z[-1]
        z.append(shapes[layer][1] * variances[layer] * a)
    return np.asarray(z)


def measure_forward(x, weights, activation):
    found = np.zeros(len(weights))
    a = x.T
    for layer, W in enumerate(weights):
        z = W @ a
        found[layer] = (z**2).sum() / z.size
        if activation == "relu":
            a = np.where(z > 0, z, 0)
        elif activation == "tanh":
            a = np.tanh(z)
        else:
            a = z
    return found

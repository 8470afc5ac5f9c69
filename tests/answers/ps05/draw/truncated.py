"""kind: wrong
points: 5
says: the numbers are not distributed as asked

Keras's normal numbers: cut off at two deviations, and widened.
"""

import numpy as np


def weight_variance(rule, fan_in, fan_out, gain=1.0):
    variances = {"lecun": 1 / fan_in, "xavier": 2 / (fan_in + fan_out), "he": 2 / fan_in}
    return gain**2 * variances[rule]


def dense_weights(rule, fan_in, fan_out, distribution, seed, gain=1.0):
    rng = np.random.default_rng(seed)
    deviation = np.sqrt(weight_variance(rule, fan_in, fan_out, gain))
    if distribution == "normal":
        draws = rng.normal(0, 1, size=(20 * fan_out * fan_in // 16))
        kept = draws[np.abs(draws) < 2]
        while len(kept) < fan_out * fan_in:
            more = rng.normal(0, 1, size=fan_in)
            kept = np.append(kept, more[np.abs(more) < 2])
        return deviation / 0.8796256610342398 * kept[: fan_out * fan_in].reshape(fan_out, fan_in)
    bound = np.sqrt(3) * deviation
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))

"""Initializers written out to be read: what Keras's own of the same names do, in a line each.

A layer's outputs keep the variance of its inputs if its weights have the right variance, which depends on how many
numbers each unit adds up (fan_in) and to how many its output goes (fan_out):

| initializer | variance | for | paper |
|---|---|---|---|
| Xavier | 2 / (fan_in + fan_out) | tanh, logistic | Glorot and Bengio 2010 |
| He | 2 / fan_in | ReLU | He et al. 2015, arXiv:1502.01852 |
| LeCun | 1 / fan_in | SELU | LeCun et al. 1998, "Efficient BackProp" |

Of each there is a normal and a uniform one; the numbers of a uniform one lie between plus and minus sqrt(3 * variance).
"""

import math
from collections.abc import Sequence

import keras

__all__ = ["HeNormal", "HeUniform", "LeCunNormal", "LeCunUniform", "XavierNormal", "XavierUniform", "fans"]

registered = keras.saving.register_keras_serializable("course_lib")


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Return fan_in and fan_out of a Keras weight: a matrix (in, out) or a kernel (..., in, out).

    Each unit of a convolution adds up k * k * C_in numbers, so the axes before the last two multiply both fans.
    Adding up the first two axes instead, 3 + 3 for a 3x3 kernel, gives weights that are far too large.

    Raises:
        ValueError: for fewer than two axes: a bias has no fans.

    >>> fans((784, 300)), fans((3, 3, 64, 128))
    ((784, 300), (576, 1152))
    """
    if len(shape) < 2:
        raise ValueError(
            f"fans are those of a matrix (in, out) or a kernel (..., in, out), got shape {tuple(shape)}: "
            "give a bias the initializer 'zeros'"
        )
    *window, channels_in, channels_out = shape
    return math.prod(window) * channels_in, math.prod(window) * channels_out


class FanInitializer(keras.initializers.Initializer):
    """An initializer with a variance that depends on the fans; a subclass says which, and how to draw.

    With a whole-number `seed` each call gives the same numbers, so layers of the same shape need seeds of their own.
    With None each call draws new ones, and `keras.utils.set_random_seed` decides which.
    """

    def __init__(self, seed: int | None = None):
        self.seed = seed

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return the variance that the weights shall have."""
        raise NotImplementedError

    def get_config(self) -> dict:
        """Return what a saved model keeps of the initializer."""
        return {"seed": self.seed}


class Normal(FanInitializer):
    """Draws from N(0, variance). Keras's own cut this off at two deviations and widen it to the same variance."""

    def __call__(self, shape: Sequence[int], dtype: str | None = None):
        """Draw a weight of `shape`."""
        stddev = math.sqrt(self.variance(*fans(shape)))
        return keras.random.normal(shape, mean=0.0, stddev=stddev, dtype=dtype, seed=self.seed)


class Uniform(FanInitializer):
    """Draws evenly between plus and minus sqrt(3 * variance), because U(-a, a) has the variance a² / 3."""

    def __call__(self, shape: Sequence[int], dtype: str | None = None):
        """Draw a weight of `shape`."""
        bound = math.sqrt(3 * self.variance(*fans(shape)))
        return keras.random.uniform(shape, minval=-bound, maxval=bound, dtype=dtype, seed=self.seed)


class Xavier(FanInitializer):
    """The variance between what the way forward, 1 / fan_in, and the way back, 1 / fan_out, would need."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 1 / fan_avg = 2 / (fan_in + fan_out)."""
        return 2 / (fan_in + fan_out)


class He(FanInitializer):
    """The variance for ReLU, which passes on half of the squared signal: hence the 2."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 2 / fan_in."""
        return 2 / fan_in


class LeCun(FanInitializer):
    """The variance for layers that pass on the whole signal."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 1 / fan_in."""
        return 1 / fan_in


@registered
class XavierNormal(Xavier, Normal):
    """N(0, 2 / (fan_in + fan_out))."""


@registered
class XavierUniform(Xavier, Uniform):
    """U(-a, a) with a = sqrt(6 / (fan_in + fan_out)): Keras's default, under the name Glorot uniform."""


@registered
class HeNormal(He, Normal):
    """N(0, 2 / fan_in)."""


@registered
class HeUniform(He, Uniform):
    """U(-a, a) with a = sqrt(6 / fan_in)."""


@registered
class LeCunNormal(LeCun, Normal):
    """N(0, 1 / fan_in)."""


@registered
class LeCunUniform(LeCun, Uniform):
    """U(-a, a) with a = sqrt(3 / fan_in)."""

"""First weights whose scale keeps signals alive through many layers.

For y = Σ w x over fan_in inputs, all independent, with w of mean 0: Var(y) = fan_in · Var(w) · E[x²]. This follows from
Var(wx) = E[w²]E[x²] − E[w]²E[x]² = Var(w)Var(x) + Var(w)E[x]² + E[w]²Var(x). The rules below choose Var(w) so that the
variance neither grows nor shrinks. Biases start at 0. The shapes are PyTorch's.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many inputs make an output, and how many outputs an input has a part in.

    `shape` is that of PyTorch's weights, (out, in) of a dense layer or (out, in, K, K) of a convolution:
    fan_in = K·K·in and fan_out = K·K·out.

    >>> fans((100, 300))
    (300, 100)
    >>> fans((64, 32, 3, 3))
    (288, 576)

    Raises:
        ValueError: for fewer than two axes: a bias has no fans.
    """
    if len(shape) < 2:
        raise ValueError(
            f"shape must be (out, in) or (out, in, K, K), got {tuple(shape)}: start biases and scales at a constant"
        )
    out, into, *kernel = shape
    return math.prod(kernel) * into, math.prod(kernel) * out


def keras_fans(shape: Sequence[int]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of Keras's weights, (in, out) or (K, K, in, out).

    A well-known mistake adds the first two axes: that is fan_in + fan_out of a dense layer, but of a 3×3 kernel it is
    3 + 3 = 6, and the weights come out far too large.

    >>> shape = (3, 3, 32, 64)
    >>> sum(keras_fans(shape)), sum(shape[:2])
    (864, 6)
    """
    *kernel, into, out = shape
    return fans((out, into, *kernel))


def normal(shape: Sequence[int], std: float, generator: torch.Generator | None = None) -> Tensor:
    """Draw from N(0, std²): the second number of N is a variance, the argument here a standard deviation."""
    return std * torch.randn(shape, generator=generator)


def uniform(shape: Sequence[int], bound: float, generator: torch.Generator | None = None) -> Tensor:
    """Draw evenly from −bound to bound; the variance is bound²/3."""
    return bound * (2 * torch.rand(shape, generator=generator) - 1)


def xavier_normal(
    shape: Sequence[int], generator: torch.Generator | None = None, gain: float = 1.0
) -> Tensor:
    """Variance 1/fan_avg = 2/(fan_in + fan_out), times gain²: for tanh, and with gain 4 for the logistic function.

    Forward the variance stays if it is 1/fan_in, backward if it is 1/fan_out; the mean fan_avg = (fan_in + fan_out)/2
    is the compromise (so the variance is not 2/fan_avg). Glorot and Bengio 2010.
    """
    fan_avg = sum(fans(shape)) / 2
    return normal(shape, gain * math.sqrt(1 / fan_avg), generator)


def xavier_uniform(
    shape: Sequence[int], generator: torch.Generator | None = None, gain: float = 1.0
) -> Tensor:
    """The same variance, evenly within ±√(3/fan_avg) = ±√(6/(fan_in + fan_out)), times gain. Keras's default."""
    fan_avg = sum(fans(shape)) / 2
    return uniform(shape, gain * math.sqrt(3 / fan_avg), generator)


def he_normal(shape: Sequence[int], generator: torch.Generator | None = None) -> Tensor:
    """Variance 2/fan_in: for ReLU, which sets half of its input to 0 and so halves E[x²].

    It is not 2/fan_avg, which is Glorot's variance times 2. He et al. 2015, arXiv:1502.01852. Keras cuts its normal
    distributions off at two deviations and widens them to the same variance; PyTorch and this function do not.
    """
    fan_in, _ = fans(shape)
    return normal(shape, math.sqrt(2 / fan_in), generator)


def he_uniform(shape: Sequence[int], generator: torch.Generator | None = None) -> Tensor:
    """The same variance, evenly within ±√(6/fan_in).

    PyTorch's own layers start with "Kaiming uniform, a = √5": a is the slope of a leaky ReLU, the variance
    2/((1 + a²) fan_in) = 1/(3 fan_in), and the bound 1/√fan_in, smaller than here by √6.
    """
    fan_in, _ = fans(shape)
    return uniform(shape, math.sqrt(6 / fan_in), generator)


def lecun_normal(shape: Sequence[int], generator: torch.Generator | None = None) -> Tensor:
    """Variance 1/fan_in: for SELU. LeCun et al. 1998, "Efficient BackProp"; Klambauer et al. 2017, arXiv:1706.02515."""
    fan_in, _ = fans(shape)
    return normal(shape, math.sqrt(1 / fan_in), generator)


def lecun_uniform(shape: Sequence[int], generator: torch.Generator | None = None) -> Tensor:
    """The same variance, evenly within ±√(3/fan_in)."""
    fan_in, _ = fans(shape)
    return uniform(shape, math.sqrt(3 / fan_in), generator)


class Gain(NamedTuple):
    """A row of `GAINS`: what to multiply Glorot's standard deviation with, in two conventions."""

    glorot: (
        float  # one over the slope at 0, where the function is nearly linear; √2 for ReLU, as He et al. found
    )
    pytorch: float  # torch.nn.init.calculate_gain


GAINS = {
    "linear": Gain(1.0, 1.0),
    "tanh": Gain(1.0, 5 / 3),  # the slope of tanh at 0 is 1; 5/3 allows for its saturation
    "logistic": Gain(4.0, 1.0),  # the slope at 0 is 1/4; PyTorch, as "sigmoid", leaves it alone
    "relu": Gain(math.sqrt(2), math.sqrt(2)),
}

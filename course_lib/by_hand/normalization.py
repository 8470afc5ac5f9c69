"""Batch, layer, instance and group normalization: one forward and one backward pass, over four choices of axes.

| for images (N, C, H, W) | a mean and a variance for each | averaged over |
|---|---|---|
| batch norm | channel | N, H, W |
| layer norm | example | C, H, W |
| instance norm | example and channel | H, W |
| group norm | example and group of channels | the channels of the group, H, W |

γ and β are learned and may have any sign. Mean and variance are not learned: they are statistics of the input.
Ioffe and Szegedy 2015, arXiv:1502.03167; Ba, Kiros and Hinton 2016, arXiv:1607.06450; Ulyanov, Vedaldi and Lempitsky
2016, arXiv:1607.08022; Wu and He 2018, arXiv:1803.08494.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Cache(NamedTuple):
    """What the backward pass needs of the forward pass; statistics have length 1 in every axis averaged over."""

    centered: Tensor  # x − μ
    deviation: Tensor  # √(σ² + ε)
    x_hat: Tensor  # (x − μ) / √(σ² + ε)
    gamma: Tensor  # in a shape that broadcasts against x_hat
    mean: Tensor
    variance: Tensor  # σ², the biased one: the mean of (x − μ)²
    axes: tuple[int, ...]  # averaged over; none if mean and variance are constants, not statistics of x
    x_shape: torch.Size  # the shapes that the caller knows
    gamma_shape: torch.Size


def norm_forward(
    x: Tensor, gamma: Tensor, beta: Tensor, axes: Sequence[int], eps: float = 1e-5
) -> tuple[Tensor, Cache]:
    """y = γ x̂ + β with x̂ = (x − μ) / √(σ² + ε), μ and σ² over `axes`; `gamma` and `beta` broadcast against `x`.

    ε keeps the division finite where x is constant. γ = √(σ² + ε) with β = μ would undo it all.
    """
    mean = x.mean(axes, keepdim=True)
    centered = x - mean
    variance = (centered**2).mean(axes, keepdim=True)
    deviation = (variance + eps).sqrt()
    x_hat = centered / deviation
    y = gamma * x_hat + beta
    return y, Cache(centered, deviation, x_hat, gamma, mean, variance, tuple(axes), x.shape, gamma.shape)


def norm_backward(dy: Tensor, cache: Cache) -> tuple[Tensor, Tensor, Tensor]:
    """Return (∂L/∂x, ∂L/∂γ, ∂L/∂β) from ∂L/∂y, each in the shape of its variable; for all four normalizations.

    Sums run over the axes along which a variable is shared, m counts the entries that share a mean:

    ∂L/∂γ = Σ ∂L/∂y · x̂,  ∂L/∂β = Σ ∂L/∂y,  ∂L/∂x̂ = ∂L/∂y · γ
    ∂L/∂σ² = Σ ∂L/∂x̂ · (x − μ) · (−½)(σ² + ε)^(−3/2)
    ∂L/∂μ = −Σ ∂L/∂x̂ / √(σ² + ε) + ∂L/∂σ² · Σ −2(x − μ)/m    (the second term is 0)
    ∂L/∂x = ∂L/∂x̂ / √(σ² + ε) + ∂L/∂σ² · 2(x − μ)/m + ∂L/∂μ / m
    """
    centered, deviation, x_hat = cache.centered, cache.deviation, cache.x_hat
    gamma, axes = cache.gamma, cache.axes
    dy = dy.reshape(x_hat.shape)  # group norm works on (N, groups, C/groups, ...)
    dgamma = (dy * x_hat).sum_to_size(gamma.shape)
    dbeta = dy.sum_to_size(gamma.shape)
    dx_hat = dy * gamma
    dx = dx_hat / deviation
    if axes:  # μ and σ² depend on x too
        m = math.prod(x_hat.shape[axis] for axis in axes)
        dvariance = (dx_hat * centered * -0.5 * deviation**-3).sum(axes, keepdim=True)
        dmean = -(dx_hat / deviation).sum(axes, keepdim=True)
        dmean = dmean + dvariance * (-2 * centered / m).sum(axes, keepdim=True)
        dx = dx + dvariance * 2 * centered / m + dmean / m
    shape = cache.gamma_shape
    return dx.reshape(cache.x_shape), dgamma.reshape(shape), dbeta.reshape(shape)


def batch_norm_forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> tuple[Tensor, Cache]:
    """Batch norm in training, with the statistics of this batch: x (N, C) or (N, C, H, W), gamma and beta (C,).

    A bias added to x changes nothing, because the mean takes it away: a layer before batch norm needs none.

    >>> x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    >>> batch_norm_forward(x, torch.ones(2), torch.zeros(2))[0]
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])

    Raises:
        ValueError: with one value a channel, whose variance is 0.
    """
    axes = (0, *range(2, x.ndim))
    if x.numel() == x.shape[1]:
        raise ValueError(
            f"batch norm in training needs more than one value a channel, got shape {tuple(x.shape)}: take a larger "
            "batch, or batch_norm_inference for a single example"
        )
    y, cache = norm_forward(x, _by_channel(gamma, x), _by_channel(beta, x), axes, eps)
    return y, cache._replace(gamma_shape=gamma.shape)


def layer_norm_forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> tuple[Tensor, Cache]:
    """Layer norm over the last axes of x, as many as `gamma` and `beta` have; these have the shape of those axes.

    For images (N, C, H, W) and gamma (C, H, W) a mean for each example; for tokens (N, T, C) and gamma (C,) one for
    each token. The same in training and evaluation.
    """
    return norm_forward(x, gamma, beta, tuple(range(x.ndim - gamma.ndim, x.ndim)), eps)


def instance_norm_forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> tuple[Tensor, Cache]:
    """Instance norm: x (N, C, H, W), gamma and beta (C,). It takes each image's own contrast away.

    Raises:
        ValueError: if H·W is 1, also for x (N, C): a single value minus its mean is always 0.
    """
    if math.prod(x.shape[2:]) == 1:
        raise ValueError(
            f"instance norm needs more than one value in H and W together, got shape {tuple(x.shape)}: "
            "use layer norm or group norm"
        )
    y, cache = norm_forward(x, _by_channel(gamma, x), _by_channel(beta, x), tuple(range(2, x.ndim)), eps)
    return y, cache._replace(gamma_shape=gamma.shape)


def group_norm_forward(
    x: Tensor, gamma: Tensor, beta: Tensor, groups: int, eps: float = 1e-5
) -> tuple[Tensor, Cache]:
    """Group norm: x (N, C) or (N, C, H, W), gamma and beta (C,), C/groups channels next to each other in a group.

    One group averages as layer norm does, C groups as instance norm does (with γ and β by channel in both cases).

    Raises:
        ValueError: if the groups do not divide the channels.
    """
    N, C, *size = x.shape
    if groups < 1 or C % groups:
        raise ValueError(f"groups must divide the number of channels, {C}, got {groups!r}")
    grouped = x.reshape(N, groups, C // groups, *size)
    by_channel = (1, groups, C // groups, *(1 for _ in size))
    axes = tuple(range(2, grouped.ndim))
    y, cache = norm_forward(grouped, gamma.reshape(by_channel), beta.reshape(by_channel), axes, eps)
    return y.reshape(x.shape), cache._replace(x_shape=x.shape, gamma_shape=gamma.shape)


class RunningStatistics(NamedTuple):
    """What batch norm uses in evaluation: mean and variance (C,) gathered in training, starting at 0 and 1."""

    mean: Tensor
    variance: Tensor


def update_running(
    running: RunningStatistics, cache: Cache, momentum: float = 0.1, unbiased: bool = True
) -> RunningStatistics:
    """Move running statistics a little towards those of a batch: r ← (1 − momentum) r + momentum · statistic.

    `momentum` is the weight of the new, as in PyTorch; Keras's is the weight of the old, so its 0.9 is 0.1 here. The
    variance gathered is the unbiased one, σ² m/(m − 1), in PyTorch, though the batch itself is normalized with σ²;
    Keras gathers σ² (`unbiased=False`).
    """
    m = math.prod(cache.x_hat.shape[axis] for axis in cache.axes)
    mean = cache.mean.reshape(-1)
    variance = cache.variance.reshape(-1) * (m / (m - 1) if unbiased else 1)
    return RunningStatistics(
        (1 - momentum) * running.mean + momentum * mean,
        (1 - momentum) * running.variance + momentum * variance,
    )


def batch_norm_inference(
    x: Tensor, gamma: Tensor, beta: Tensor, running: RunningStatistics, eps: float = 1e-5
) -> tuple[Tensor, Cache]:
    """Batch norm in evaluation: the running statistics are constants, so an example's output is its own affair.

    `norm_backward` of this cache gives the gradients of a frozen batch norm: ∂L/∂x = ∂L/∂y · γ / √(σ² + ε).
    """
    mean, variance = _by_channel(running.mean, x), _by_channel(running.variance, x)
    centered = x - mean
    deviation = (variance + eps).sqrt()
    x_hat = centered / deviation
    scale, shift = _by_channel(gamma, x), _by_channel(beta, x)
    cache = Cache(centered, deviation, x_hat, scale, mean, variance, (), x.shape, gamma.shape)
    return scale * x_hat + shift, cache


def _by_channel(values: Tensor, x: Tensor) -> Tensor:
    """View (C,) as (1, C, 1, 1), or as many axes as x has."""
    return values.reshape(1, -1, *(1 for _ in x.shape[2:]))

"""Pictures of a loss surface: the loss along random directions through a network's weights.

Paper: Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing the loss landscape of neural nets",
arXiv:1712.09913.
"""

import copy
from collections.abc import Callable, Mapping
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor, nn

Direction = Mapping[str, Tensor]  # parameter name -> a tensor of its shape


class LossSlice(NamedTuple):
    """The loss on a line or a square through the weights, which lie at its center."""

    coordinates: Tensor  # float64 (points,): −span .. span along each direction
    losses: Tensor  # float64 (points,), or (points, points): the first direction down, the second across


def random_direction(
    model: nn.Module, generator: torch.Generator | None = None, per_filter: bool = True
) -> dict[str, Tensor]:
    """Draw a Gaussian direction in the space of the weights, scaled filter by filter.

    Each filter d_i (a kernel with all its input channels; a row of a dense layer) gets the length of the
    filter w_i that it will be added to: d_i · ‖w_i‖ / ‖d_i‖. Biases and the parameters of norm layers, which have
    one axis, stay where they are: their part is zero.

    A ReLU network computes the same with one layer multiplied and the next divided by a number, but a step of
    fixed size then means something else. Steps in proportion to the weights make pictures comparable;
    `per_filter=False` leaves the raw Gaussian, to see the difference.

    Args:
        model: gives names and shapes, and lengths of filters.
        generator: of the CPU, on which the numbers are drawn, so they are the same on every device.
        per_filter: whether to scale.
    """
    direction = {}
    for name, weight in model.named_parameters():
        drawn = torch.randn(weight.shape, generator=generator).to(weight)
        if weight.ndim <= 1:
            drawn.zero_()
        elif per_filter:
            drawn *= _lengths(weight.detach()) / _lengths(drawn)
        direction[name] = drawn
    return direction


def _lengths(weight: Tensor) -> Tensor:
    """The length of each filter, shaped (filters, 1, …) to multiply with."""
    lengths = weight.flatten(1).norm(dim=1)
    return lengths.view(-1, *[1] * (weight.ndim - 1))


def loss_slice(
    model: nn.Module,
    loss_on: Callable[[nn.Module], Tensor | float],
    directions: Direction | tuple[Direction, Direction],
    span: float = 1.0,
    points: int = 21,
) -> LossSlice:
    """Compute the loss at weights + a·d (or + a·d + b·e) for a and b from −span to span.

    `loss_on(model)` is called with a fresh copy each time, in the mode of the model and with the random numbers
    of the first time, so that dropout has one mask and running statistics start from the model's own.
    The model is never touched. Cost: `points` losses for a line, the square of that for a square.

    Args:
        model: the network at the center.
        loss_on: computes the loss of the network it is given, not of one it remembers.
        directions: one direction or a pair, for example of `random_direction`; a parameter left out stays put.
        span: the distance from the center to the edge.
        points: along each direction; odd, so that the center is one of them.

    Raises:
        ValueError: for an even number of points or fewer than 3, or a direction that does not fit the model.
    """
    if points < 3 or points % 2 == 0:
        raise ValueError(
            f"points must be odd and at least 3, so that the center is one of them, got {points}"
        )
    axes = (directions,) if isinstance(directions, Mapping) else tuple(directions)
    if len(axes) not in (1, 2):
        raise ValueError(f"directions must be one or two, got {len(axes)}")
    for direction in axes:
        _check(model, direction)
    half = points // 2
    coordinates = span * torch.arange(-half, half + 1, dtype=torch.float64) / half
    losses = [
        _loss_at(model, loss_on, axes, steps) for steps in product(coordinates.tolist(), repeat=len(axes))
    ]
    return LossSlice(coordinates, torch.tensor(losses, dtype=torch.float64).view([points] * len(axes)))


def _check(model: nn.Module, direction: Direction) -> None:
    weights = dict(model.named_parameters())
    for name, part in direction.items():
        if name not in weights:
            raise ValueError(f"the direction names {name!r}, which is no parameter of the model")
        if part.shape != weights[name].shape:
            raise ValueError(
                f"the direction's part {name!r} must have the parameter's shape {tuple(weights[name].shape)}, "
                f"got {tuple(part.shape)}"
            )


@torch.no_grad()
def _loss_at(
    model: nn.Module, loss_on: Callable, axes: tuple[Direction, ...], steps: tuple[float, ...]
) -> float:
    trial = copy.deepcopy(model)
    weights = dict(trial.named_parameters())
    for direction, step in zip(axes, steps, strict=True):
        for name, part in direction.items():
            weights[name].add_(part.to(weights[name]), alpha=step)
    cuda = {p.device for p in weights.values() if p.device.type == "cuda"}
    with torch.random.fork_rng(list(cuda)):
        return float(loss_on(trial))

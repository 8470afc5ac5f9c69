"""Find a learning rate by trying them all: raise it from step to step and watch the loss.

Smith 2017, "Cyclical learning rates for training neural networks", arXiv:1506.01186, section 3.3, raises it in a
straight line and watches the accuracy; exponentially and with the loss, as here, it came with fastai (Howard and Gugger
2020, arXiv:2002.04688).
"""

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

EXPLODED = 4.0  # times the first loss


class LearningRateSweep(NamedTuple):
    """The rate of each step, the loss of its batch before the step, and the rate where the loss falls fastest."""

    rates: list[float]
    losses: list[float]
    suggestion: float | None  # None if the smoothed loss never falls


def find_learning_rate(
    model: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
    smallest: float = 1e-6,
    largest: float = 10.0,
    steps: int = 100,
    optimizer: torch.optim.Optimizer | None = None,
) -> LearningRateSweep:
    """Train a copy of `model` for `steps` steps while the learning rate rises from `smallest` to `largest`.

    The rate of step t is smallest · (largest/smallest)^(t/(steps − 1)): evenly spaced on a logarithmic axis. The sweep
    ends early when the loss is four times the first or no longer a number. `loss` maps (outputs, targets) to a mean;
    `batches` are (inputs, targets) on the model's device, gone through again as often as needed. `optimizer` is one
    made for `model`, plain SGD if None; its learning rate is set by the sweep.

    Copies are trained, in training mode: model and optimizer keep their weights, state and mode, and the random
    generators their state. The suggestion is where the smoothed loss falls fastest; take it as an order of magnitude.

    Raises:
        ValueError: for rates or steps out of order, no batches, or a loss that explodes within three steps.
    """
    if not 0 < smallest < largest < math.inf or steps < 3:
        raise ValueError(
            f"wanted 0 < smallest < largest and at least 3 steps, got {smallest!r}, {largest!r} and {steps!r}"
        )
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=smallest)
    # Copied together, so that the weights that the one has are those that the other moves.
    model, optimizer = copy.deepcopy((model, optimizer))
    rates, losses = [], []
    with torch.random.fork_rng(_gpus(model)):
        model.train()
        for step, (inputs, targets) in zip(range(steps), _endless(batches), strict=False):
            rate = smallest * (largest / smallest) ** (step / (steps - 1))
            value = loss(model(inputs), targets)
            rates.append(rate)
            losses.append(value.item())
            if not losses[-1] <= EXPLODED * abs(losses[0]):  # so written, NaN ends it too
                break
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    return LearningRateSweep(rates, losses, suggest(rates, losses))


def suggest(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return the rate at which the smoothed loss falls fastest along log(rate), or None if it never falls.

    Raises:
        ValueError: for fewer than three finite losses.
    """
    finite = [value for value in losses if math.isfinite(value)]
    if len(finite) < 3:
        raise ValueError(
            f"the loss was finite for {len(finite)} steps only, from a learning rate of {rates[0]:g} on: "
            "start with a smaller one"
        )
    logs = torch.tensor(rates[: len(finite)], dtype=torch.float64).log()
    smoothed = torch.tensor(smooth(finite), dtype=torch.float64)
    (slopes,) = torch.gradient(smoothed, spacing=(logs,))
    steepest = int(slopes.argmin())
    return rates[steepest] if slopes[steepest] < 0 else None


def smooth(losses: Sequence[float]) -> list[float]:
    """Average each loss with its neighbors, a twentieth of the sweep on either side, fewer near the ends.

    The window reaches to both sides, so the curve does not lag behind the rates as a running average does.

    >>> smooth([5.0, 3.0, 4.0, 2.0])
    [4.0, 4.0, 3.0, 3.0]
    """
    reach = max(1, len(losses) // 20)
    averages = []
    for here in range(len(losses)):
        window = losses[max(0, here - reach) : here + reach + 1]
        averages.append(sum(window) / len(window))
    return averages


def _endless(batches: Iterable[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        count = 0
        for batch in batches:
            count += 1
            yield batch
        if count == 0:
            raise ValueError(
                "batches gave none, or none the second time: pass a list or a DataLoader, not an iterator"
            )


def _gpus(model: nn.Module) -> list[torch.device]:
    return list({p.device for p in model.parameters() if p.device.type == "cuda"})

"""Dropout with its mask in plain sight.

In training each entry is kept with probability 1 − rate and divided by 1 − rate, so its expectation stays; in
evaluation nothing is dropped and nothing scaled. Evaluation needs no scaling only because training divides ("inverted"
dropout); the paper keeps with probability p in training and multiplies by p in testing. Doing neither makes the sums
of the next layer larger in evaluation than it has learned. Srivastava et al. 2014, JMLR 15.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def draw_mask(shape: Sequence[int], rate: float, generator: torch.Generator | None = None) -> Tensor:
    """Draw which entries are kept: bool of `shape`, each True with probability 1 − rate, independently.

    `rate` is the share that is dropped, as in both frameworks; the paper's p is the share that is kept.

    Raises:
        ValueError: unless 0 <= rate < 1; with 1 nothing would be left to scale up.
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate, the share to drop, must be at least 0 and below 1, got {rate!r}")
    return torch.empty(shape).bernoulli_(1 - rate, generator=generator).bool()


def dropout_forward(x: Tensor, mask: Tensor | None, rate: float) -> Tensor:
    """Training: y = x · mask / (1 − rate), `mask` from `draw_mask`. Evaluation: mask None, y = x.

    >>> dropout_forward(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([True, False, True]), rate=0.5)
    tensor([2., 0., 6.])
    """
    if mask is None:
        return x
    return x * mask / (1 - rate)


def dropout_backward(dy: Tensor, mask: Tensor | None, rate: float) -> Tensor:
    """∂L/∂x = ∂L/∂y · mask / (1 − rate): with the mask of the forward pass, what did not pass gets no gradient."""
    if mask is None:
        return dy
    return dy * mask / (1 - rate)

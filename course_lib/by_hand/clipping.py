"""Shorten gradients that have become too long: by value or by norm (Pascanu et al. 2013, arXiv:1211.5063)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def clip_by_value(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """Cut every entry to −limit..limit, by itself: the direction may change.

    A gradient along one dominant axis turns to the diagonal:

    >>> clip_by_value([torch.tensor([0.9, 100.0])], limit=1.0)
    [tensor([0.9000, 1.0000])]

    An infinite entry becomes ±limit and NaN stays NaN, as in `torch.nn.utils.clip_grad_value_` (Keras: `clipvalue`).

    Raises:
        ValueError: if `limit` is not above 0.
    """
    _check("limit", limit)
    return [gradient.clamp(-limit, limit) for gradient in gradients]


def global_norm(gradients: Sequence[Tensor]) -> Tensor:
    """√Σ g² over every entry of every tensor: the length of the gradient as one long vector."""
    return torch.stack([(gradient**2).sum() for gradient in gradients]).sum().sqrt()


def clip_by_norm(gradients: Sequence[Tensor], max_norm: float) -> list[Tensor]:
    """Multiply all gradients by min(1, max_norm / ‖g‖), ‖g‖ their `global_norm`: shorter, in the same direction.

    >>> (clipped,) = clip_by_norm([torch.tensor([0.9, 100.0], dtype=torch.float64)], max_norm=1.0)
    >>> [round(entry, 7) for entry in clipped.tolist()]
    [0.0089996, 0.9999595]

    `torch.nn.utils.clip_grad_norm_` does the same, but divides by ‖g‖ + 1e-6. In Keras it is `global_clipnorm`;
    `clipnorm` takes the norm of each tensor by itself, so tensors change their proportions.

    Raises:
        ValueError: if `max_norm` is not above 0.
        FloatingPointError: if the norm is infinite or NaN: there is no direction to keep. PyTorch raises only with
            `error_if_nonfinite=True`; without it an infinite norm turns every finite entry to 0 and every infinite one
            to NaN, and training goes on.
    """
    _check("max_norm", max_norm)
    norm = global_norm(gradients)
    if not norm.isfinite():
        raise FloatingPointError(
            f"the norm of the gradients is {norm.item()}: "
            "find the tensor that is not finite, or lower the learning rate"
        )
    if norm <= max_norm:
        return list(gradients)
    return [gradient * (max_norm / norm) for gradient in gradients]


def _check(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be a number above 0, got {value!r}")

"""Critical points of a function of a few variables, told apart by the signs of the Hessian's eigenvalues."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad, jacrev

REASONS = {
    "not critical": "the gradient is not zero: follow −g downhill",
    "minimum": "all eigenvalues are positive: a positive definite Hessian is sufficient for a strict local minimum",
    "maximum": "all eigenvalues are negative: a negative definite Hessian is sufficient for a strict local maximum",
    "saddle": "there are positive and negative eigenvalues: uphill one way, downhill another",
    "degenerate": (
        "some eigenvalue is zero and the others do not differ in sign: a semidefinite Hessian is necessary for a "
        "minimum or maximum but not sufficient, so terms of higher order decide"
    ),
}


class CriticalPoint(NamedTuple):
    """A point, its derivatives and the verdict of the second-order conditions."""

    point: Tensor  # float64 (n,)
    value: float
    gradient: Tensor  # float64 (n,)
    hessian: Tensor  # float64 (n, n), A = V diag(λ) Vᵀ
    eigenvalues: Tensor  # λ float64 (n,), in rising order
    eigenvectors: Tensor  # V float64 (n, n), one in each column
    kind: str  # a key of `REASONS`

    @property
    def reason(self) -> str:
        """Why the point is of this kind, in a sentence."""
        return REASONS[self.kind]


def critical_point(
    function: Callable[[Tensor], Tensor], point: Tensor | Sequence[float], tolerance: float = 1e-8
) -> CriticalPoint:
    """Examine `function`, from a tensor (n,) to a scalar, at `point` (n,), in double precision.

    A gradient up to `tolerance` long counts as zero, and so does an eigenvalue up to `tolerance` times the
    largest absolute one. The kind is "minimum", "maximum", "saddle", "degenerate" or "not critical".

    Raises:
        ValueError: if the point is not one row of numbers, or the function does not give one number.

    >>> critical_point(lambda x: x[0] ** 2 - x[1] ** 2, [0.0, 0.0]).kind
    'saddle'
    """
    at = torch.as_tensor(point, dtype=torch.float64).detach()
    if at.ndim != 1 or len(at) == 0:
        raise ValueError(f"the point must be one row of numbers (n,), got shape {tuple(at.shape)}")
    value = function(at)
    if value.shape != ():
        raise ValueError(
            f"the function must give one number, got shape {tuple(value.shape)}: sum or index its result"
        )
    slope, curvature = grad(function)(at), jacrev(grad(function))(at)
    eigenvalues, eigenvectors = torch.linalg.eigh(curvature)
    zero = tolerance * eigenvalues.abs().max()
    up, down = bool((eigenvalues > zero).any()), bool((eigenvalues < -zero).any())
    flat = bool((eigenvalues.abs() <= zero).any())
    if slope.norm() > tolerance:
        kind = "not critical"
    elif up and down:
        kind = "saddle"
    elif flat:
        kind = "degenerate"
    else:
        kind = "minimum" if up else "maximum"
    return CriticalPoint(at, value.item(), slope, curvature, eigenvalues, eigenvectors, kind)

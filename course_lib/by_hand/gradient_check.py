"""Gradient checking: is the gradient that backpropagation gives the slope of the loss?"""

import itertools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

Loss = Callable[[], Tensor]  # no arguments: it reads the parameters where they are

SMALL = 1e-3


class GradientReport(NamedTuple):
    """The relative error of each parameter's gradient, and the tolerance it was held to."""

    errors: dict[str, float]
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether every error is within the tolerance."""
        return not self.wrong

    @property
    def wrong(self) -> list[str]:
        """The parameters whose gradient is wrong; an error that is not a number is wrong."""
        return [name for name, error in self.errors.items() if not error <= self.tolerance]

    def __str__(self) -> str:
        width = max(map(len, self.errors))
        return "\n".join(
            f"{name:{width}}  relative error {error:.1e}  {'WRONG' if name in self.wrong else 'ok'}"
            for name, error in self.errors.items()
        )


def numeric_gradient(loss: Loss, parameter: Tensor, step: float = 1e-5) -> Tensor:
    """Central differences: g_i = (J(θ + h e_i) − J(θ − h e_i)) / 2h with h `step`, in the shape of `parameter`.

    Two evaluations of `loss` an entry. The formula's error falls with h², that of rounding rises with 1/h; in float64
    1e-5 lies well between. `parameter` is changed entry by entry and put back exactly.

    >>> theta = torch.tensor([1.0, 2.0], dtype=torch.float64)
    >>> numeric_gradient(lambda: (theta**3).sum(), theta).round(decimals=6)
    tensor([ 3., 12.], dtype=torch.float64)
    """
    gradient = torch.zeros_like(parameter)
    with torch.no_grad():
        for index in itertools.product(*map(range, parameter.shape)):
            before = parameter[index].item()
            try:
                parameter[index] = before + step
                above = loss().item()
                parameter[index] = before - step
                below = loss().item()
            finally:
                parameter[index] = before
            gradient[index] = (above - below) / (2 * step)
    return gradient


def check_gradients(
    loss: Loss, parameters: Mapping[str, Tensor], step: float = 1e-5, tolerance: float = 1e-6
) -> GradientReport:
    """Compare autograd's gradient of `loss()` with central differences, parameter by parameter.

    For a network pass `dict(model.named_parameters())` and a loss such as `lambda: cross_entropy(model(x), y)`. It runs
    twice for each number in `parameters`: take a small network. Gradients stored in `.grad` stay; running statistics
    move, unless the model is in evaluation mode. At a kink, as ReLU has at 0, there is no slope to compare with.

    >>> W = torch.tensor([[1.0, -2.0]], dtype=torch.float64, requires_grad=True)
    >>> check_gradients(lambda: (W**2).sum(), {"W": W}).passed
    True

    Raises:
        TypeError: if a parameter is not float64: rounding in float32 would hide a mistake.
        ValueError: if a parameter needs no gradient, or the loss is not one finite number, the same at each call.
    """
    _check_parameters(parameters)
    value = loss()
    _check_loss(value, loss())
    by_autograd = torch.autograd.grad(value, list(parameters.values()), materialize_grads=True)
    errors = {}
    for (name, parameter), gradient in zip(parameters.items(), by_autograd, strict=True):
        errors[name] = relative_error(gradient, numeric_gradient(loss, parameter, step))
    return GradientReport(errors, tolerance)


def relative_error(one: Tensor, other: Tensor) -> float:
    """‖a − b‖ / (‖a‖ + ‖b‖), from 0 to 1; gradients shorter than 1e-3 are compared on that scale.

    Otherwise a gradient that is 0 (a bias before batch norm) would be far from the 1e-11 that rounding makes of it.

    >>> relative_error(torch.tensor([3.0, 4.0]), torch.tensor([9.0, 12.0]))
    0.5
    """
    size = (one.norm() + other.norm()).item()
    return (one - other).norm().item() / (size if not size < SMALL else SMALL)


def _check_parameters(parameters: Mapping[str, Tensor]) -> None:
    if not parameters:
        raise ValueError("there are no parameters to check: pass dict(model.named_parameters())")
    for name, parameter in parameters.items():
        if parameter.dtype != torch.float64:
            raise TypeError(
                f"gradient checking needs float64, but {name} is {parameter.dtype}: "
                "call model.double() and make the inputs .double() too"
            )
        if not parameter.requires_grad:
            raise ValueError(f"{name} is frozen: leave it out, or set requires_grad to True")


def _check_loss(first: Tensor, second: Tensor) -> None:
    if first.numel() != 1:
        raise ValueError(f"the loss must be a single number, got shape {tuple(first.shape)}: take its mean")
    if not first.isfinite():
        raise ValueError(f"the loss is {first.item()}: there is no slope to check")
    if not torch.equal(first, second):
        raise ValueError("two calls gave two losses: switch dropout off by model.eval(), and fix the batch")

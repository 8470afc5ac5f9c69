"""Seven optimizers, each a rule from (value, gradient, state) to the next (value, state).

A rule changes nothing in place: it returns a new value and a new state, so a page can keep every step. The
hyper-parameters are frozen; for another learning rate midway, take `dataclasses.replace(optimizer, lr=...)` and go on
with the same state. Notation: θ value, g gradient, η learning rate `lr`, λ `weight_decay`; products, squares and roots
act entry by entry.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

State = dict[str, Any]  # what a rule remembers of one parameter: tensors of its shape, and a count of steps


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """What all rules share: the hyper-parameters `lr` and `weight_decay`, and an empty state to start from.

    With a weight decay λ the gradient used is g + λθ, that of the loss plus (λ/2) Σ θ²; only `AdamW` differs.

    Raises:
        ValueError: for a hyper-parameter out of its range.
    """

    lr: float
    weight_decay: float = 0.0

    def __post_init__(self):
        for name, value in vars(self).items():
            if name in ("lr", "eps"):
                fits, wanted = 0 < value < math.inf, "a number above 0"
            elif name == "weight_decay":
                fits, wanted = 0 <= value < math.inf, "0 or above"
            else:
                fits, wanted = 0 <= value < 1, "at least 0 and below 1"
            if not fits:
                raise ValueError(f"{name} of {type(self).__name__} must be {wanted}, got {value!r}")

    def start(self, value: Tensor) -> State:
        """Return the state before the first step."""
        return {}

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """Return value and state after one step; all tensors have the shape of `value`."""
        raise NotImplementedError(f"{type(self).__name__} must say how it makes a step")


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Stochastic gradient descent: θ ← θ − ηg, with the gradient of a mini-batch.

    Robbins and Monro 1951, "A stochastic approximation method".

    >>> theta, state = SGD(lr=0.1).update(torch.tensor([1.0, 2.0]), torch.tensor([10.0, -10.0]), {})
    >>> theta
    tensor([0., 3.])
    """

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """θ ← θ − ηg."""
        gradient = gradient + self.weight_decay * value
        return value - self.lr * gradient, state


@dataclass(frozen=True, kw_only=True)
class Momentum(Optimizer):
    """A velocity gathers past gradients: v ← μv + g, θ ← θ − ηv, with μ `momentum`.

    Under a constant gradient the velocity grows to g/(1 − μ), so μ = 0.9 makes steps up to ten times as long; across
    a ravine, where the gradient changes its sign, it cancels out. Keras keeps −ηv as its velocity instead, which is
    the same as long as the learning rate does not change. Polyak 1964; Sutskever et al. 2013.
    """

    momentum: float = 0.9

    def start(self, value: Tensor) -> State:
        """No velocity yet."""
        return {"velocity": torch.zeros_like(value)}

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """v ← μv + g; θ ← θ − ηv."""
        gradient = gradient + self.weight_decay * value
        velocity = self.momentum * state["velocity"] + gradient
        return value - self.lr * velocity, {"velocity": velocity}


@dataclass(frozen=True, kw_only=True)
class Nesterov(Momentum):
    """Momentum that looks ahead: v ← μv + g, θ ← θ − η(g + μv).

    Nesterov 1983 takes the gradient where the velocity is about to lead, at θ − ημv. The libraries, and this class,
    keep that point itself as the value, so that the gradient is taken where the value is; the steps are the same
    (Sutskever et al. 2013; Bengio et al. 2013, arXiv:1212.0901).
    """

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """v ← μv + g; θ ← θ − η(g + μv)."""
        gradient = gradient + self.weight_decay * value
        velocity = self.momentum * state["velocity"] + gradient
        return value - self.lr * (gradient + self.momentum * velocity), {"velocity": velocity}


@dataclass(frozen=True, kw_only=True)
class AdaGrad(Optimizer):
    """A learning rate for each entry, smaller the more it has moved: s ← s + g², θ ← θ − ηg / (√s + ε).

    The sum never shrinks, so the steps only get shorter: good for sparse gradients, often too short too soon for deep
    networks. Keras starts the sum at 0.1, PyTorch and this class at 0. Duchi, Hazan and Singer 2011.
    """

    eps: float = 1e-10

    def start(self, value: Tensor) -> State:
        """No squares summed yet."""
        return {"sum_of_squares": torch.zeros_like(value)}

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """s ← s + g²; θ ← θ − ηg / (√s + ε)."""
        gradient = gradient + self.weight_decay * value
        total = state["sum_of_squares"] + gradient**2
        return value - self.lr * gradient / (total.sqrt() + self.eps), {"sum_of_squares": total}


@dataclass(frozen=True, kw_only=True)
class RMSProp(Optimizer):
    """AdaGrad that forgets: s ← αs + (1 − α)g², θ ← θ − ηg / (√s + ε).

    The running mean follows the squares of the last 1/(1 − α) steps or so. α is 0.99 in PyTorch and here; Keras
    calls it `rho` and takes 0.9. Hinton 2012, "Neural networks for machine learning", lecture 6e.
    """

    alpha: float = 0.99
    eps: float = 1e-8

    def start(self, value: Tensor) -> State:
        """The mean starts at 0, so the first steps are long: at most η/√(1 − α)."""
        return {"mean_of_squares": torch.zeros_like(value)}

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """s ← αs + (1 − α)g²; θ ← θ − ηg / (√s + ε)."""
        gradient = gradient + self.weight_decay * value
        mean = self.alpha * state["mean_of_squares"] + (1 - self.alpha) * gradient**2
        return value - self.lr * gradient / (mean.sqrt() + self.eps), {"mean_of_squares": mean}


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Momentum and RMSProp in one, both corrected for their start at 0.

    m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − η m̂ / (√v̂ + ε), where after t steps
    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ). Kingma and Ba 2015, arXiv:1412.6980.

    The first step is η in every entry, whatever the size of its gradient:

    >>> theta = torch.tensor([1.0, 1.0])
    >>> Adam(lr=0.1).update(theta, torch.tensor([100.0, -0.01]), Adam(lr=0.1).start(theta))[0]
    tensor([0.9000, 1.1000])
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def start(self, value: Tensor) -> State:
        """Both means at 0, no step made."""
        return {"step": 0, "mean": torch.zeros_like(value), "mean_of_squares": torch.zeros_like(value)}

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """Adam's step with g + λθ as the gradient.

        The division by √v̂ then evens out the decay too: weights with large gradients hardly shrink.
        """
        return self.adapt(value, gradient + self.weight_decay * value, state)

    def adapt(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """Make the step that the class describes, without any decay."""
        step = state["step"] + 1
        mean = self.beta1 * state["mean"] + (1 - self.beta1) * gradient
        squares = self.beta2 * state["mean_of_squares"] + (1 - self.beta2) * gradient**2
        corrected_mean = mean / (1 - self.beta1**step)
        corrected_squares = squares / (1 - self.beta2**step)
        value = value - self.lr * corrected_mean / (corrected_squares.sqrt() + self.eps)
        return value, {"step": step, "mean": mean, "mean_of_squares": squares}


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: θ ← θ − ηλθ, then Adam's step with the gradient of the loss alone.

    Every weight shrinks by the same factor 1 − ηλ, whatever its gradient. Loshchilov and Hutter 2019,
    arXiv:1711.05101.
    """

    weight_decay: float = 0.01

    def update(self, value: Tensor, gradient: Tensor, state: State) -> tuple[Tensor, State]:
        """θ ← (1 − ηλ)θ, then Adam's step."""
        return self.adapt(value - self.lr * self.weight_decay * value, gradient, state)


def walk(optimizer: Optimizer, gradient: Callable[[Tensor], Tensor], start: Tensor, steps: int) -> Tensor:
    """Return the values an optimizer visits from `start`, ``(steps + 1, *start.shape)``; `gradient` maps θ to g.

    On θ₁² + 10 θ₂², a ravine:

    >>> walk(SGD(lr=0.05), lambda theta: torch.tensor([2.0, 20.0]) * theta, torch.tensor([1.0, 1.0]), steps=2)
    tensor([[1.0000, 1.0000],
            [0.9000, 0.0000],
            [0.8100, 0.0000]])
    """
    value, state = start, optimizer.start(start)
    path = [value]
    for _ in range(steps):
        value, state = optimizer.update(value, gradient(value), state)
        path.append(value)
    return torch.stack(path)


@torch.no_grad()
def step_in_place(optimizer: Optimizer, parameters: Iterable[Tensor], states: dict[Tensor, State]) -> None:
    """Make a step with a network's parameters, as `torch.optim` does: each moves by its `.grad`, if it has one.

    `states` keeps the state of each parameter between the steps; begin with an empty dictionary.
    """
    for parameter in parameters:
        if parameter.grad is None:
            continue
        state = states[parameter] if parameter in states else optimizer.start(parameter)
        value, states[parameter] = optimizer.update(parameter, parameter.grad, state)
        parameter.copy_(value)

"""Computes with torch what the demos of activations, gradient flow and initialization must show.

Run `python tests/widgets/make_propagation_fixtures.py` after changing it; a test compares its result with the file.
"""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import torch
from page_random import PageRandom
from torch import Tensor, nn
from torch.nn import functional, init

FIXTURES = Path(__file__).parents[2] / "course_lib/widgets/src/test/propagation.fixtures.json"
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x * 1,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
}
# Standard deviation of a weight, by fan in and fan out.
DEVIATIONS: dict[str, Callable[[int, int], float]] = {
    "tiny": lambda fan_in, fan_out: 0.01,
    "unit": lambda fan_in, fan_out: 1.0,
    "lecun": lambda fan_in, fan_out: fan_in**-0.5,
    "glorot": lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5,
    "glorot_uniform": lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5,
    "he": lambda fan_in, fan_out: (2 / fan_in) ** 0.5,
    "torch_default": lambda fan_in, fan_out: (3 * fan_in) ** -0.5,
    "zeros": lambda fan_in, fan_out: 0.0,
}
UNIFORM = {"glorot_uniform", "torch_default"}
FANS = (500, 2000)


def activations() -> dict:
    """Return value and derivative of each function over [−6, 6], and a number sent through eight in a row."""
    x = torch.linspace(-6, 6, 33, dtype=torch.float64) + 0.01
    return {name: activation(f, x) for name, f in FUNCTIONS.items()}


def activation(f: Callable[[Tensor], Tensor], x: Tensor) -> dict:
    """Return what one function does."""
    points = x.clone().requires_grad_()
    values = f(points)
    (slopes,) = torch.autograd.grad(values.sum(), points)
    return {"x": x.tolist(), "f": values.tolist(), "slope": slopes.tolist(), "chain": chain(f, 1.3, 0.9, 8)}


def chain(f: Callable[[Tensor], Tensor], x: float, weight: float, depth: int) -> dict:
    """Return a number sent through h ← f(w h) again and again, and the gradients with respect to it."""
    start = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    steps = [start]
    for _ in range(depth):
        steps.append(f(weight * steps[-1]))
    gradients = [torch.autograd.grad(step, start, retain_graph=True)[0] for step in steps]
    return {"values": [v.item() for v in steps], "gradients": [g.item() for g in gradients]}


def draw_weights(name: str, fan_in: int, fan_out: int, source: PageRandom) -> Tensor:
    """Draw the weights (fan_out, fan_in) that a page draws."""
    deviation = DEVIATIONS[name](fan_in, fan_out)
    if name in UNIFORM:
        bound = 3**0.5 * deviation
        drawn = bound * (2 * source.uniform(fan_in * fan_out) - 1).reshape(fan_out, fan_in)
    else:
        drawn = deviation * source.normal(fan_out, fan_in)
    return torch.from_numpy(drawn)


def rms(x: Tensor) -> float:
    """The root of the mean square."""
    return x.square().mean().sqrt().item()


def flow(depth: int, width: int, activation: str, init: str, seed: int, skip: bool, batch: int = 16) -> dict:
    """Return the spread of outputs, gradients and gradients of weights, layer by layer."""
    source = PageRandom(seed)
    x = torch.from_numpy(source.normal(batch, width)).requires_grad_()
    weights = [draw_weights(init, width, width, source).requires_grad_() for _ in range(depth)]
    top = torch.from_numpy(source.normal(batch, width))
    outputs = [x]
    for weight in weights:
        h = FUNCTIONS[activation](outputs[-1] @ weight.T)
        outputs.append(h + outputs[-1] if skip else h)
    gradients = torch.autograd.grad(outputs[-1], [*outputs, *weights], top)
    return {
        "outputs": [rms(h) for h in outputs],
        "gradients": [rms(g) for g in gradients[: depth + 1]],
        "weightGradients": [rms(g) for g in gradients[depth + 1 :]],
    }


FLOWS = (
    {"depth": 4, "width": 6, "activation": "tanh", "init": "glorot", "seed": 3, "skip": False, "batch": 5},
    {"depth": 6, "width": 9, "activation": "relu", "init": "he", "seed": 4, "skip": False, "batch": 7},
    {
        "depth": 5,
        "width": 8,
        "activation": "gelu",
        "init": "torch_default",
        "seed": 5,
        "skip": False,
        "batch": 4,
    },
    {"depth": 7, "width": 8, "activation": "sigmoid", "init": "unit", "seed": 6, "skip": True, "batch": 4},
    {
        "depth": 3,
        "width": 5,
        "activation": "selu",
        "init": "glorot_uniform",
        "seed": 7,
        "skip": True,
        "batch": 3,
    },
)


def library_deviations() -> dict:
    """Return the deviations that torch's own initializers reach on a large layer, and where uniform ones end."""
    fan_in, fan_out = FANS
    generator = torch.Generator().manual_seed(0)
    weight = torch.empty(fan_out, fan_in, dtype=torch.float64)
    fill = {
        "lecun": lambda: init.kaiming_normal_(weight, nonlinearity="linear", generator=generator),
        "glorot": lambda: init.xavier_normal_(weight, generator=generator),
        "glorot_uniform": lambda: init.xavier_uniform_(weight, generator=generator),
        "he": lambda: init.kaiming_normal_(weight, nonlinearity="relu", generator=generator),
        "torch_default": lambda: init.kaiming_uniform_(weight, a=5**0.5, generator=generator),
    }
    found = {}
    for name, draw in fill.items():
        draw()
        found[name] = {"deviation": float(weight.std()), "most": float(weight.abs().max())}
    return found


def spirals(points: int = 60) -> tuple[Tensor, Tensor]:
    """Two spirals, x (2 · points, 2) and y in 0 and 1, the arms taking turns."""
    share = torch.arange(1, points + 1, dtype=torch.float64).repeat_interleave(2) / points
    arm = torch.arange(2, dtype=torch.float64).repeat(points)
    angle = torch.pi * (1.5 * share + arm)
    return torch.stack([2 * share * angle.cos(), 2 * share * angle.sin()], dim=1), arm


def train(init: str, activation: str, hidden: int, rate: float, seed: int, steps: int) -> dict:
    """Return the losses of a small network on the spirals before and after each step, and the last accuracy."""
    source = PageRandom(seed)
    sizes = [2, *[16] * hidden, 1]
    layers = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        layer = nn.Linear(fan_in, fan_out, dtype=torch.float64)
        layer.weight.data = draw_weights(init, fan_in, fan_out, source)
        nn.init.zeros_(layer.bias)
        layers.append(layer)
    optimizer = torch.optim.SGD([p for layer in layers for p in layer.parameters()], rate, momentum=0.9)
    x, y = spirals()
    losses = []
    for step in range(steps + 1):
        h = x
        for layer in layers[:-1]:
            h = FUNCTIONS[activation](layer(h))
        logits = layers[-1](h)[:, 0]
        loss = functional.binary_cross_entropy_with_logits(logits, y)
        losses.append(loss.item())
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    accuracy = ((logits > 0) == (y == 1)).double().mean().item()
    setup = {"init": init, "activation": activation, "hidden": hidden, "rate": rate, "seed": seed}
    return {"setup": setup, "losses": losses, "accuracy": accuracy}


TRAININGS = (
    ("he", "relu", 6, 0.03, 1, 12),
    ("glorot", "tanh", 3, 0.1, 2, 12),
    ("unit", "sigmoid", 2, 0.1, 3, 12),
    ("torch_default", "selu", 1, 0.03, 4, 12),
    ("zeros", "tanh", 4, 0.1, 5, 6),
)


def main() -> dict:
    """Return the fixtures."""
    return {
        "activations": activations(),
        "flows": [{"setup": setup, **flow(**setup)} for setup in FLOWS],
        "trainings": [train(*case) for case in TRAININGS],
        "initializers": {"fans": FANS, "found": library_deviations()},
        "normal": PageRandom(11).normal(7).tolist(),
        "uniform": PageRandom(12).uniform(5).tolist(),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    FIXTURES.write_text(json.dumps(main(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FIXTURES}, {FIXTURES.stat().st_size:,} bytes")

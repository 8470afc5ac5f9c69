"""Makes the numbers that the shape calculator must show, from real torch modules.

Shapes come from running the modules, parameters from counting them, multiply-adds from torch's own flop counter, and
receptive fields from gradients: where one unit's gradient reaches in the input. Where torch refuses a layer, the
calculator must refuse it too.

Run `python tests/widgets/make_calculator_fixtures.py` after changing it; a test compares its result with the file.
"""

import json
import math
import random
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.widgets.calculator import (
    PRESETS,
    Activation,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalPool,
    Layer,
    Pool,
)

PATH = Path(__file__).parents[2] / "course_lib" / "widgets" / "src" / "test" / "calculator.fixtures.json"
STACKS = 60
IMAGE = 551  # height and width, pixels, of the input that fields are measured in; none may reach its border


def make() -> dict:
    """Return the fixtures: every preset, then random stacks."""
    presets = {name: case(network.input_shape, network.layers) for name, network in PRESETS.items()}
    draw = random.Random(2)
    return {"presets": presets, "random": [case(*random_network(draw)) for _ in range(STACKS)]}


def case(input_shape: tuple[int, ...], layers: tuple[Layer, ...]) -> dict:
    """Return a network and, for each layer up to the first that torch refuses, what comes of it."""
    rows = []
    x = torch.zeros(2, *input_shape)
    fields = Fields(input_shape)
    for layer in layers:
        try:
            row, x = run(layer, x)
        except (IndexError, RuntimeError, ValueError):
            break
        rows.append({**row, "field": fields.after(layer)})
    return {"input": list(input_shape), "layers": [layer.as_dict() for layer in layers], "rows": rows}


def run(layer: Layer, x: torch.Tensor) -> tuple[dict, torch.Tensor]:
    """Run one layer on a batch of two and return its numbers for one image, and its output."""
    module = build(layer, x.shape[1:])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        y = module(x)
    row = {
        "shape": list(y.shape[1:]),
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "multiplyAdds": counter.get_total_flops() // 2 // len(x),
    }
    return row, y


def build(layer: Layer, shape: torch.Size) -> nn.Module:
    """Return the torch module of a layer for an input of a shape without the batch."""
    match layer:
        case Conv():
            around, padding = (
                (same_pads(layer, shape), 0) if layer.padding == "same" else ((0,) * 4, layer.padding)
            )
            settings = {"dilation": layer.dilation, "groups": layer.groups, "bias": layer.bias}
            conv = nn.Conv2d(shape[0], layer.out, layer.kernel, layer.stride, padding, **settings)
            return nn.Sequential(nn.ZeroPad2d(around), conv)
        case Pool():
            around, padding = (
                (same_pads(layer, shape), 0) if layer.padding == "same" else ((0,) * 4, layer.padding)
            )
            pool = nn.MaxPool2d if layer.mode == "max" else nn.AvgPool2d
            return nn.Sequential(nn.ZeroPad2d(around), pool(layer.kernel, layer.stride, padding))
        case BatchNorm():
            return nn.BatchNorm1d(shape[0]) if len(shape) == 1 else nn.BatchNorm2d(shape[0])
        case Dense():
            return nn.Linear(math.prod(shape), layer.units, layer.bias)
        case Flatten():
            return nn.Flatten()
        case GlobalPool():
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case _:
            return nn.Identity()


def same_pads(layer: Conv | Pool, shape: torch.Size) -> tuple[int, int, int, int]:
    """Return the zeros (left, right, top, bottom) that leave ceil(length / stride) positions."""
    sides = []
    for length in reversed(shape[1:]):
        reach = getattr(layer, "dilation", 1) * (layer.kernel - 1) + 1
        missing = max(0, (math.ceil(length / layer.stride) - 1) * layer.stride + reach - length)
        sides += [missing // 2, missing - missing // 2]
    return tuple(sides)


class Fields:
    """Receptive fields by gradients, through one-channel layers whose weights are all positive."""

    def __init__(self, input_shape: tuple[int, ...]):
        self.lengths = input_shape[1:]
        self.layers: list[Layer] = []
        self.whole = False  # a layer that sees all units was met
        self.field = [1, 1]

    def after(self, layer: Layer) -> list[int]:
        """Return the height and width of what a unit of `layer`, the next one, sees."""
        if isinstance(layer, Conv | Pool):
            self.layers.append(layer)
            self.field = self._reach((IMAGE, IMAGE), everything=False)
        elif isinstance(layer, Dense | GlobalPool) and not self.whole:
            self.whole = True
            self.field = self._reach(self.lengths, everything=True)
        return self.field

    def _reach(self, lengths: tuple[int, ...], everything: bool) -> list[int]:
        image = torch.ones(1, 1, *lengths, dtype=torch.float64, requires_grad=True)
        y = image
        for layer in self.layers:
            y = positive(layer, y.shape[1:])(y)
        unit = y.sum() if everything else y[0, 0, y.shape[2] // 2, y.shape[3] // 2]
        (gradient,) = torch.autograd.grad(unit, image)
        reached = [gradient[0, 0].sum(dim).nonzero().flatten() for dim in (1, 0)]
        sizes = [int(places[-1] - places[0] + 1) for places in reached]
        cut = any(places[0] == 0 or places[-1] == n - 1 for places, n in zip(reached, lengths, strict=True))
        if not everything and cut:
            raise ValueError(f"the field {sizes} was cut at the border of a {lengths} input")
        return sizes


def positive(layer: Conv | Pool, shape: torch.Size) -> nn.Module:
    """Return a layer of one channel that passes something from each pixel it sees."""
    if isinstance(layer, Pool):
        return build(Pool(layer.kernel, layer.stride, layer.padding, mode="average"), shape)
    module = build(
        Conv(1, layer.kernel, layer.stride, layer.padding, layer.dilation, bias=False), shape
    ).double()
    nn.init.constant_(module[1].weight, 1 / layer.kernel**2)
    return module


def random_network(draw: random.Random) -> tuple[tuple[int, ...], tuple[Layer, ...]]:
    """Draw an input shape and a stack of layers, most of them possible."""
    input_shape = (draw.randint(1, 4), draw.randint(8, 40), draw.randint(8, 40))
    body = [random_layer(draw) for _ in range(draw.randint(2, 6))]
    head = [
        Flatten() if draw.random() < 0.7 else GlobalPool(),
        Dense(draw.randint(1, 12), bias=draw.random() < 0.5),
    ]
    if draw.random() < 0.1:
        draw.shuffle(head)
    tail = [random_layer(draw)] if draw.random() < 0.2 else []
    return input_shape, (*body, *head, *tail)


def random_layer(draw: random.Random) -> Layer:
    """Draw a layer; convolutions and pooling are the most common."""
    conv = Conv(
        draw.choice([2, 4, 6, 8]),
        draw.randint(1, 5),
        stride=draw.choice([1, 1, 1, 2, 3]),
        padding=draw.choice(["same", "same", 0, 1, 2]),
        dilation=draw.choice([1, 1, 2]),
        groups=draw.choice([1, 1, 1, 1, 2]),
        bias=draw.random() < 0.5,
    )
    kernel = draw.randint(1, 3)
    padding = draw.choice(["same", 0, 0, kernel // 2, kernel // 2, 2])
    pool = Pool(kernel, draw.choice([None, 1, 2]), padding, mode=draw.choice(["max", "average"]))
    return draw.choice([conv, conv, conv, pool, pool, BatchNorm(), Activation(), Dropout(0.25)])


def main():
    """Write the fixtures."""
    lines = json.dumps(make(), indent=None, separators=(",", ":")).replace('{"input"', '\n{"input"')
    PATH.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()

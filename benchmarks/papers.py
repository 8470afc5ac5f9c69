"""Models that no library has: our numbers, recomputed, beside those that the paper or the lectures print."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_lib import architectures, pytorch
from course_lib.architectures import SHUFFLENETS_V1
from course_lib.pytorch.lenet import RBFOutput, Subsampling

HEADINGS = ("model", "what", "ours", "theirs", "whose", "row", "what to know")


class Number(NamedTuple):
    """One line: a number of ours beside a printed one."""

    model: str
    what: str
    ours: str
    theirs: str
    whose: str
    note: str = ""


# LeNet-5: LeCun et al. 1998, section II B.


def parameters(layer: nn.Module) -> int:
    """All trainable numbers."""
    return sum(p.numel() for p in layer.parameters())


def inputs_of_a_unit(layer: nn.Module) -> int:
    """The weights and the bias that all units at one place use together."""
    if isinstance(layer, Subsampling):
        return len(layer.bias) * (2 * 2 + 1)  # one weight for four connections
    if isinstance(layer, RBFOutput):
        return layer.codes.numel()  # fixed, without biases
    return parameters(layer)


def lenet_table(model: nn.Sequential) -> dict[str, tuple[tuple[int, ...], int, int]]:
    """For each layer of a LeNet-5 its output's shape, its parameters and its connections."""
    x, rows = torch.randn(2, 1, 32, 32), {}
    for name, stage in model.named_children():
        x = stage(x)
        places = x[0, 0].numel() if x.ndim == 4 else 1
        layer = stage[0] if isinstance(stage, nn.Sequential) else stage
        rows[name] = (tuple(x.shape[1:]), parameters(stage), places * inputs_of_a_unit(layer))
    return rows


def lenet() -> Iterator[Number]:
    """Both LeNet-5."""
    rows = lenet_table(pytorch.build("lenet5", in_channels=1)).values()
    paper = "LeCun et al. 1998"
    yield Number("lenet5", "trainable parameters", f"{sum(row[1] for row in rows):,}", "60,000", paper)
    yield Number("lenet5", "connections", f"{sum(row[2] for row in rows):,}", "340,908", paper)
    modern = parameters(pytorch.build("lenet5_modern", in_channels=1))
    more = "60,000, a full third layer (900), no weights in pooling (-44), a dense output (850)"
    yield Number(
        "lenet5_modern",
        "trainable parameters",
        f"{modern:,}",
        f"{60_000 + 900 - 44 + 850:,}",
        "by hand",
        more,
    )


# AlexNet: Krizhevsky et al. 2012.


def units(name: str) -> int:
    """The numbers that all convolutions and dense layers give for one image."""
    counts = []

    def count(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        counts.append(output.numel())

    row = architectures.find(name)
    with torch.device("meta"):
        model, x = pytorch.build(name, row.num_classes), torch.empty(1, 3, row.image_size, row.image_size)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    model(x)
    return sum(counts)


def alexnet() -> Iterator[Number]:
    """The network of two towers."""
    name, paper = "alexnet_two_towers", "Krizhevsky et al. 2012"
    row = architectures.find(name)
    yield Number(name, "parameters, millions", f"{row.params / 1e6:.1f}", "60", paper)
    note = "the paper's own list has 253,440 for the first layer, whose 55x55 places with 96 maps are 290,400"
    yield Number(name, "neurons, thousands", f"{units(name) / 1e3:.0f}", "650", paper, note)


# ShuffleNet v1: Zhang et al. 2018, table 1.


def operations(name: str) -> float:
    """Multiplications of all convolutions for one image, in millions."""
    counts = []

    def count(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        counts.append(output.numel() * layer.weight[0].numel())

    row = architectures.find(name)
    with torch.device("meta"):
        model, x = pytorch.build(name, row.num_classes), torch.empty(1, 3, row.image_size, row.image_size)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(count)
    model(x)
    return sum(counts) / 1e6


def shufflenet() -> Iterator[Number]:
    """All rows of table 1 at width 1, and the one for small images, which the paper does not have."""
    for name, row in SHUFFLENETS_V1.items():
        theirs = f"{row.operations}" if row.operations else "none"
        paper = "Zhang et al. 2018" if row.operations else ""
        note = (
            ""
            if row.operations
            else "the units of shufflenet_v1_x1_0_g3, first layer with stride 1, no pooling"
        )
        yield Number(
            name,
            "multiplications of the convolutions, millions",
            f"{operations(name):.1f}",
            theirs,
            paper,
            note,
        )


# Ours and the lectures'


def own() -> Iterator[Number]:
    """The networks that are the course's own: counts by hand."""
    kernels = 9 * (3 * 32 + 32 * 32 + 32 * 64 + 64 * 64)
    dense = 2 * (32 + 32 + 64 + 64 + 512) + 8 * 8 * 64 * 512 + 512 * 10 + 10
    model, note = (
        pytorch.build("small_vgg"),
        "this course's; its Keras twin is compared in tests/test_twins.py",
    )
    yield Number("small_vgg", "parameters", f"{parameters(model):,}", f"{kernels + dense:,}", "by hand", note)
    kernels = 9 * (3 * 16 + 16 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 64 * 64)
    dense = 2 * (16 + 32 + 64) + 4 * 4 * 64 * 128 + 128 + 128 * 10 + 10
    model = pytorch.build("plain_cnn")
    yield Number("plain_cnn", "parameters", f"{parameters(model):,}", f"{kernels + dense:,}", "by hand", note)
    model = pytorch.build("bn_mlp", in_channels=1)
    state = sum(t.numel() for key, t in model.state_dict().items() if "num_batches" not in key)
    note = "with running means and variances; 2,368 of them are not trained"
    yield Number("bn_mlp", "numbers in all", f"{state:,}", "271,346", "the lectures", note)


TABLES: tuple[Callable[[], Iterator[Number]], ...] = (own, lenet, alexnet, shufflenet)


def lines(row_hash: Callable[[str], str]) -> list[list[str]]:
    """The cells of all lines; `row_hash` gives the fingerprint of a model's row."""
    numbers = [number for numbers in TABLES for number in numbers()]
    return [[*number[:5], row_hash(number.model), number.note] for number in numbers]

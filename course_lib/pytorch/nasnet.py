"""NASNet in PyTorch: search for two small cells on small images, then stack them for large ones.

Paper: Zoph et al. 2018, arXiv:1707.07012.
Differs from the paper: no auxiliary classifier and no dropped paths, which only training needs. Where a reduction cell
pools, it pads with zeros that count, as keras.applications does. With one cell a stage, which no published network
has, keras.applications leaves out a 1x1 convolution where the channels happen to fit; here each cell has it.

Every child but the head maps a pair, the outputs of the last two cells, to a pair; the stem makes the first one.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from course_lib.architectures.nasnet import CellSpec, NASNetSpec
from course_lib.pytorch.layers import SamePad, classifier_head

Pair = tuple[Tensor, Tensor]
Norm = Callable[[int], nn.Module]


def separable(in_channels: int, channels: int, kernel_size: int, stride: int, norm: Norm) -> nn.Sequential:
    """ReLU, depthwise convolution, 1x1 convolution and batch norm, twice; the first depthwise one has the stride."""
    layers = []
    for width, step in ((in_channels, stride), (channels, 1)):
        layers += [
            nn.ReLU(),
            SamePad(kernel_size, step),
            nn.Conv2d(width, width, kernel_size, step, groups=width, bias=False),
            nn.Conv2d(width, channels, kernel_size=1, bias=False),
            norm(channels),
        ]
    return nn.Sequential(*layers)


def average(kernel_size: int, stride: int) -> nn.Module:
    """Average pooling: with stride 1 over what lies inside the image, with stride 2 over the padding too."""
    if stride == 1:
        return nn.AvgPool2d(kernel_size, stride, padding=kernel_size // 2, count_include_pad=False)
    return nn.Sequential(SamePad(kernel_size, stride), nn.AvgPool2d(kernel_size, stride))


def operation(name: str, in_channels: int, channels: int, stride: int, norm: Norm) -> nn.Module:
    """Build one of `course_lib.architectures.nasnet.Operation`, such as "separable5"."""
    kind, size = name.rstrip("0123456789"), int(name[-1]) if name[-1].isdigit() else 0
    if kind == "separable":
        return separable(in_channels, channels, size, stride, norm)
    if kind == "average":
        return average(size, stride)
    if kind == "max":
        return nn.Sequential(SamePad(size, stride), nn.MaxPool2d(size, stride))
    if kind == "identity":
        return nn.Identity()
    raise ValueError(f"a cell knows separable, average, max and identity, got {name!r}")


def squeeze(in_channels: int, channels: int, norm: Norm) -> nn.Sequential:
    """ReLU, 1x1 convolution and batch norm: to the cell's own number of channels."""
    return nn.Sequential(
        nn.ReLU(), nn.Conv2d(in_channels, channels, kernel_size=1, bias=False), norm(channels)
    )


class Shrink(nn.Module):
    """Halve the size without losing a border: two grids, one pixel apart, make half of the channels each."""

    def __init__(self, in_channels: int, channels: int, norm: Norm):
        super().__init__()
        self.relu = nn.ReLU()
        self.even = nn.Conv2d(in_channels, channels // 2, kernel_size=1, bias=False)
        self.odd = nn.Conv2d(in_channels, channels - channels // 2, kernel_size=1, bias=False)
        self.norm = norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, channels, H/2, W/2), rounded up."""
        x = self.relu(x)
        shifted = nn.functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        halves = [self.even(x[:, :, ::2, ::2]), self.odd(shifted[:, :, ::2, ::2])]
        return self.norm(torch.cat(halves, dim=1))


class Cell(nn.Module):
    """A searched cell. `previous` brings the output of the cell before the last to this cell's size and channels."""

    def __init__(
        self, spec: CellSpec, sources: tuple[int, int], channels: int, previous: nn.Module, norm: Norm
    ):
        super().__init__()
        self.spec = spec
        self.previous = previous
        self.current = squeeze(sources[0], channels, norm)
        widths = {"current": channels, "previous": sources[1]}
        self.combinations = nn.ModuleList()
        for left, left_source, right, right_source in spec.combinations:
            pair = nn.ModuleList()
            for name, source in ((left, left_source), (right, right_source)):
                stride = spec.stride if source in widths else 1
                pair.append(operation(name, widths.get(source, channels), channels, stride, norm))
            self.combinations.append(pair)

    def forward(self, pair: Pair) -> Pair:
        """Map (output of the last cell, of the one before) to (output of this cell, of the last cell)."""
        values = {"current": self.current(pair[0]), "previous": self.previous(pair[1])}
        for index, (combination, (left, right)) in enumerate(
            zip(self.spec.combinations, self.combinations, strict=True)
        ):
            values[index] = left(values[combination.left_source]) + right(values[combination.right_source])
        return torch.cat([values[source] for source in self.spec.outputs], dim=1), pair[0]


class BypassedCell(Cell):
    """A cell whose successor reads, as the cell before the last, what this one read as that."""

    def forward(self, pair: Pair) -> Pair:
        """Map (last, before) to (output of this cell, before)."""
        return super().forward(pair)[0], pair[1]


class Stem(nn.Module):
    """A 3x3 convolution and batch norm, then reduction cells, of which the first reads one output twice."""

    def __init__(self, in_channels: int, channels: int, stride: int, norm: Norm, cells: list[Cell]):
        super().__init__()
        padding = 1 if stride == 1 else 0
        self.conv = nn.Conv2d(
            in_channels, channels, kernel_size=3, stride=stride, padding=padding, bias=False
        )
        self.norm = norm(channels)
        self.cells = nn.Sequential(*cells)

    def forward(self, x: Tensor) -> Pair:
        """Map images (N, in_channels, H, W) to the outputs of the last two cells, halved by each."""
        x = self.norm(self.conv(x))
        return self.cells((x, x))


class Head(nn.Module):
    """The last cell's output alone: ReLU, the mean of each channel, a linear classifier."""

    def __init__(self, channels: int, num_classes: int):
        super().__init__()
        self.relu = nn.ReLU()
        self.classifier = classifier_head(channels, num_classes)

    def forward(self, pair: Pair) -> Tensor:
        """Map a pair, whose first is (N, channels, H, W), to logits (N, num_classes)."""
        return self.classifier(self.relu(pair[0]))


def stem_cells(spec: NASNetSpec, norm: Norm) -> tuple[list[Cell], tuple[int, int]]:
    """The stem's cells, and the channels of the pair that they give."""
    cells, last, before = [], spec.stem_channels, spec.stem_channels
    for number, part in enumerate(spec.stem_widths):
        width = round(spec.width * part)
        # The first cell's two inputs are the same one; only operations with their own 1x1 convolutions read the second.
        previous = nn.Identity() if number == 0 else Shrink(before, width, norm)
        sources = (last, before if number == 0 else width)
        cells.append(Cell(spec.reduction, sources, width, previous, norm))
        last, before = width * len(spec.reduction.outputs), last
    return cells, (last, before)


def stage(
    spec: NASNetSpec, number: int, sources: tuple[int, int], norm: Norm
) -> tuple[list[Cell], tuple[int, int]]:
    """The cells of stage 0, 1 or 2, and the channels of the pair that they give."""
    width, (last, before) = spec.width * 2**number, sources
    cells, halved = [], number == 0 and bool(spec.stem_widths)
    if number > 0:
        kind = BypassedCell if spec.skip_reduction else Cell
        cells.append(kind(spec.reduction, (last, width), width, squeeze(before, width, norm), norm))
        last, before = width * len(spec.reduction.outputs), before if spec.skip_reduction else last
        halved = True
    for _ in range(spec.cells):
        previous = Shrink(before, width, norm) if halved else squeeze(before, width, norm)
        cells.append(Cell(spec.normal, (last, width), width, previous, norm))
        last, before, halved = width * len(spec.normal.outputs), last, False
    return cells, (last, before)


def build_nasnet(spec: NASNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `NASNETS`: images (N, C, H, W) to logits (N, num_classes).

    Raises:
        ValueError: if the last cell's channels cannot be divided among its operations.
    """
    norm = partial(nn.BatchNorm2d, eps=1e-3, momentum=spec.norm_momentum)
    cells, channels = stem_cells(spec, norm)
    net = OrderedDict(stem=Stem(in_channels, spec.stem_channels, spec.stem_stride, norm, cells))  # H/8, W/8
    for number in range(3):
        cells, channels = stage(spec, number, channels, norm)
        net[f"stage{number + 1}"] = nn.Sequential(*cells)  # H and W halve from stage 2 on
    net["head"] = Head(channels[0], num_classes)
    return nn.Sequential(net)

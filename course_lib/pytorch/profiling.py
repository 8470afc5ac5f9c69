"""What a model costs: parameters, multiply-adds, memory and receptive field, layer by layer.

`profile` lets one image through a copy of the model on PyTorch's `meta` device, where tensors have shapes but no
numbers: nothing is computed, no memory is needed and the model itself is not touched. Every operation is seen as it
is carried out, so it does not matter whether a layer is a module or a line in `forward`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch import nn

from course_lib.pytorch.watching import Inference, Training, meta_copy

__all__ = ["LayerProfile", "Profile", "count_multiply_adds", "profile"]


@dataclass(frozen=True)
class LayerProfile:
    """What one layer costs for one image. Memory is in bytes, at the model's own precision."""

    name: str  # as in `model.named_modules()`
    kind: str  # its class
    output_shape: tuple[int, ...]  # without the batch
    parameters: int  # at the layer that uses them first, if several share them
    multiply_adds: int
    output_bytes: int
    kept_bytes: int  # what backprop keeps because of this layer, and of none before it
    receptive_field: (
        tuple[int, int] | None
    )  # rows and columns of the image that an output sees; None: the whole
    stride: tuple[int, int] | None  # input pixels from one output to the next; None: outputs have no places


@dataclass(frozen=True, repr=False)
class Profile:
    """What a model costs for one image: a row for each layer in the order in which they end, and the totals."""

    model: str
    input_size: tuple[int, int, int]  # channels, height, width
    layers: tuple[LayerProfile, ...]
    parameters: int  # of the model; more than the layers' where some run in training only
    multiply_adds: int
    inference_bytes: int  # the most that is alive at one time in a forward pass without gradients
    training_bytes: int  # what each further image of a batch makes backprop keep
    receptive_field: (
        tuple[int, int] | None
    )  # the largest window of any layer, before layers see the whole image
    stride: tuple[int, int] | None  # input pixels from one output to the next, where outputs last have places

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.input_size))
        return (
            f"{self.model} for an image of {shape}: {_short(self.parameters)} parameters, "
            f"{_short(self.multiply_adds)} multiply-adds, {_short(self.inference_bytes)}B to predict, "
            f"{_short(self.training_bytes)}B kept to train, in {len(self.layers)} layers (see .text())"
        )

    def text(self) -> str:
        """Return the layers and totals as a table of plain text."""
        heads = (
            "layer",
            "kind",
            "output",
            "parameters",
            "multiply-adds",
            "output, B",
            "kept, B",
            "sees",
            "stride",
        )
        lines = [
            (
                *(row.name, row.kind, " x ".join(map(str, row.output_shape)), f"{row.parameters:,}"),
                *(f"{row.multiply_adds:,}", f"{row.output_bytes:,}", f"{row.kept_bytes:,}"),
                *("whole" if row.receptive_field is None else _pair(row.receptive_field), _pair(row.stride)),
            )
            for row in self.layers
        ]
        total = (
            "total",
            "",
            "",
            f"{self.parameters:,}",
            f"{self.multiply_adds:,}",
            "",
            f"{self.training_bytes:,}",
        )
        lines.append((*total, _pair(self.receptive_field), _pair(self.stride)))
        widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
        left = 3  # the first columns are words
        rows = [
            "  ".join(
                c.ljust(w) if i < left else c.rjust(w)
                for i, (c, w) in enumerate(zip(cells, widths, strict=True))
            )
            for cells in (heads, *lines)
        ]
        peak = f"Most bytes alive at one time in a forward pass without gradients: {self.inference_bytes:,}"
        return "\n".join([*(row.rstrip() for row in rows), peak])


def profile(model: nn.Module, input_size: Sequence[int]) -> Profile:
    """Return what `model` costs for one image of `input_size` = (channels, height, width).

    Multiply-adds are those of convolutions and matrix products, one for each product that is added up (a "MAC", half
    of what is often called FLOPs); additions, activations, norms and pooling are not counted, as is the custom.

    Memory is that of activations, in bytes: parameters, gradients and the optimizer's state come on top. Inference is
    in evaluation mode, without gradients, every tensor living as long as the model's code holds it and the image
    all the time. Training is in training mode: all tensors that autograd keeps for the backward pass, each one
    once, on a CPU (on a GPU, dropout keeps bytes and not floats), attention as two products with the scores between
    them (PyTorch's fused one keeps less). It grows in proportion to the batch.

    The receptive field is the smallest window that holds all input pixels on which an output depends, over all paths,
    if the image were large enough; squeeze-and-excitation, layer norm over places and attention see the whole.

    Raises:
        ValueError: if the model cannot take such an image, or has weights whose shapes are not known yet.
    """
    size = _check_size(input_size)
    twin = meta_copy(model)
    watch = Inference(twin, (1, *size)).run()
    two, three = (Training(twin, (count, *size)).run().kept for count in (2, 3))
    windows = [frame.receptive_field for frame in watch.done if frame.receptive_field]
    kept = {key: three[key] - two[key] for key in three}
    layers = tuple(
        LayerProfile(
            *(frame.name, frame.kind, frame.output_shape, frame.parameters, frame.multiply_adds),
            *(frame.output_bytes, kept.get(frame.key, 0), frame.receptive_field, frame.stride),
        )
        for frame in watch.done
        if frame.is_leaf or frame.parameters or frame.multiply_adds or kept.get(frame.key, 0)
    )
    return Profile(
        type(model).__name__,
        size,
        layers,
        parameters=sum(p.numel() for p in model.parameters()),
        multiply_adds=sum(frame.multiply_adds for frame in watch.done),
        inference_bytes=watch.peak,
        training_bytes=sum(kept.values()),
        receptive_field=tuple(map(max, zip(*windows, strict=True))) if windows else None,
        stride=next((frame.stride for frame in reversed(watch.done) if frame.stride), None),
    )


def count_multiply_adds(model: nn.Module, input_size: Sequence[int]) -> int:
    """Return the multiply-adds of `profile` alone, in a third of its time.

    Raises:
        ValueError: as `profile` does.

    >>> count_multiply_adds(nn.Conv2d(3, 8, kernel_size=3), (3, 12, 12))  # 10 x 10 places, 8 kernels of 3 x 3 x 3
    21600
    """
    watch = Inference(meta_copy(model), (1, *_check_size(input_size))).run()
    return sum(frame.multiply_adds for frame in watch.done)


def _check_size(input_size: Sequence[int]) -> tuple[int, int, int]:
    size = tuple(input_size) if isinstance(input_size, Iterable) else (input_size,)
    if len(size) != 3 or not all(isinstance(n, int) and n > 0 for n in size):
        batch = ", without the batch" if len(size) == 4 else ""
        raise ValueError(
            f"input_size must be three whole numbers of at least 1 (channels, height, width){batch}, such as "
            f"(3, 224, 224), got {input_size!r}"
        )
    return size


def _pair(pair: tuple[int, int] | None) -> str:
    """Write one number where both are the same."""
    if pair is None:
        return ""
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} x {pair[1]}"


def _short(count: int) -> str:
    """Write three digits and a prefix of the SI: 4.09 G for 4,089,184,256."""
    for power, prefix in ((9, "G"), (6, "M"), (3, "k")):
        if count >= 10**power:
            return f"{count / 10**power:#.3g}".rstrip(".") + f" {prefix}"
    return f"{count} "

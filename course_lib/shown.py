"""What a record shows of a trained network beside its metrics: confusions, filters, slices of the loss surface."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from course_lib.experiments import Slices

if TYPE_CHECKING:
    import torch

    from course_lib.data import Dataset

__all__ = ["confusion", "first_filters", "loss_slices", "rounded"]


def rounded(value: Any, digits: int = 6) -> Any:
    """Round the numbers in nested rows and lists to `digits` significant digits.

    >>> rounded({"loss": [0.123456789, 12]}, digits=3)
    {'loss': [0.123, 12]}
    """
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item, digits) for item in value]
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def confusion(logits: "torch.Tensor", test: "Dataset") -> list[list[int]]:
    """Return how many images of each class (row) were taken for each class (column)."""
    classes = len(test.class_names)
    counts = [[0] * classes for _ in range(classes)]
    for label, guess in zip(test.labels.tolist(), logits.argmax(1).tolist(), strict=True):
        counts[label][guess] += 1
    return counts


def first_filters(model: "torch.nn.Module") -> list:
    """Return the weights (out_channels, in_channels, H, W) of the model's first convolution."""
    from torch import nn

    first = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    return rounded(first.weight.tolist(), 4)


def loss_slices(
    model: "torch.nn.Module", start: "torch.nn.Module", train: "Dataset", inputs: str, slices: Slices
) -> dict[str, Any]:
    """Return the training loss on a square and on a line through the weights of `model`, ready for JSON.

    The square is spanned by two random directions, scaled filter by filter; "square" holds a row for each step
    along the first. "line" goes from the weights of `start` through those of `model` as far again. `inputs` is the
    recipe's word for how images are scaled. Batch norm uses
    the statistics of the images at each point: running ones belong to the weights that they were gathered with.
    """
    import torch
    from torch import nn

    from course_lib.diagnosis import loss_slice, random_direction
    from course_lib.training.batches import Batches
    from course_lib.training.normalization import normalization_of

    device = next(model.parameters()).device
    batches = Batches(train, normalization_of(train.images, inputs), device)
    images, labels = batches.images(batches.pixels[: slices.images]), batches.labels[: slices.images]
    model.train()

    def loss_on(trial: nn.Module) -> torch.Tensor:
        return nn.functional.cross_entropy(trial(images), labels)

    generator = torch.Generator().manual_seed(slices.seed)
    pair = (random_direction(model, generator), random_direction(model, generator))
    square = loss_slice(model, loss_on, pair, slices.span, slices.points)
    trained = dict(model.named_parameters())
    onward = {name: (trained[name] - p.to(device)).detach() for name, p in start.named_parameters()}
    line = loss_slice(model, loss_on, onward, 1.0, slices.points)
    return {
        "settings": asdict(slices),
        "square": rounded(square.losses.tolist(), 3),
        "line": rounded(line.losses.tolist(), 3),
    }

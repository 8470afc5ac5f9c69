"""Meters for loss and accuracy, and a model's evaluation mode for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy

from course_lib.training.batches import Batches


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put every part of the model in evaluation mode; afterwards each part is in its own mode again."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def check_outputs(model: nn.Module, batches: Batches) -> None:
    """Run the first image through the model.

    Raises:
        ValueError: if the model cannot take it, or does not give one number for each class.
    """
    pixels, _ = next(iter(batches.load([torch.zeros(1, dtype=torch.int64)])))
    images = batches.images(pixels)
    try:
        with torch.no_grad(), evaluating(model):
            shape = model(images).shape
    except RuntimeError as error:
        _, channels, height, width = images.shape
        raise ValueError(
            f"the model fails on the first image, {height}x{width} pixels with {channels} channels: "
            f"build it with in_channels={channels}, image_size={height}"
        ) from error
    if shape != (1, batches.num_classes):
        raise ValueError(
            f"the model must give {batches.num_classes} numbers for an image, one for each class, got shape "
            f"{tuple(shape)}: build it with num_classes={batches.num_classes}"
        )


class Meters:
    """The running mean of the loss and the accuracy over all examples seen."""

    def __init__(self, num_classes: int, device: torch.device):
        # No checks of values here: each makes a GPU wait. Labels are checked by the data set.
        self.loss = MeanMetric(nan_strategy="disable").to(device)
        self.accuracy = MulticlassAccuracy(num_classes, average="micro", validate_args=False).to(device)

    def update(self, logits: Tensor, labels: Tensor, loss: Tensor) -> None:
        """Add a batch: logits (B, num_classes), labels (B,) and their mean loss."""
        # Once per example: MeanMetric forgets its `weight` when it does not look for NaN.
        self.loss.update(loss.detach().expand(len(labels)))
        self.accuracy.update(logits.detach(), labels)

    def compute(self) -> dict[str, float]:
        """Return the means as "loss" and "accuracy"."""
        return {"loss": self.loss.compute().item(), "accuracy": self.accuracy.compute().item()}

"""What a probe sees and what it answers."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.diagnosis.statistics import LayerStatistics, layer_statistics
from course_lib.training import Recipe
from course_lib.training.evaluation import evaluating

Verdict = Literal["ok", "look", "wrong"]

CHAPTERS = {
    1: "The learning setting",
    4: "Vanishing and exploding gradients",
    5: "Weight initialization",
    7: "Batch normalization and its relatives",
    8: "Watching and diagnosing training",
    9: "Transfer learning",
}
LOOK_AT = 256  # images for what one batch can show


class Finding(NamedTuple):
    """A row of a checkup."""

    probe: str
    found: str  # what was measured
    verdict: Verdict  # "look" for what can be meant so, "wrong" for what cannot
    meaning: str  # what it means and what to do
    chapter: int  # of the book, where it is treated

    @property
    def topic(self) -> str:
        """Number and title of the chapter."""
        return f"chapter {self.chapter}, {CHAPTERS[self.chapter]}"


class Split(NamedTuple):
    """One part of the data, as the model gets it and as it is stored."""

    images: Tensor  # float (N, C, H, W), normalized; at most as many as the probes need
    labels: Tensor  # int64 (N,)
    all_labels: np.ndarray  # int64, of every example
    stored: np.ndarray  # every image as it was given


@dataclass(frozen=True, eq=False)
class Setup:
    """Model, data and recipe, as the probes see them; a probe changes copies only."""

    model: nn.Module
    train: Split
    valid: Split | None
    recipe: Recipe | None
    evaluate: Callable[[nn.Module], float] | None
    num_classes: int  # outputs of the model
    seed: int

    @property
    def chance(self) -> float:
        """The loss of who knows nothing: −ln(1/M)."""
        return math.log(self.num_classes)

    @property
    def device(self) -> torch.device:
        """Where model and images lie."""
        return self.train.images.device

    def copy(self, training: bool = True) -> nn.Module:
        """Return a copy of the model in training (or evaluation) mode, with the random generator at its start."""
        torch.manual_seed(self.seed)
        return copy.deepcopy(self.model).train(training)

    def batch(self) -> tuple[Tensor, Tensor]:
        """The first images and labels of the training set."""
        return self.train.images[:LOOK_AT], self.train.labels[:LOOK_AT]

    @cached_property
    def statistics(self) -> list[LayerStatistics]:
        """Every layer on the first batch, in training mode."""
        return layer_statistics(self.copy(), *self.batch())

    @cached_property
    def outputs(self) -> dict[str, Tensor]:
        """Logits (N, M) of the first batch in the modes "train" and "eval"."""
        images, _ = self.batch()
        with torch.no_grad():
            return {mode: self.copy(mode == "train")(images).float() for mode in ("train", "eval")}

    def loss(self, mode: str) -> float:
        """Mean cross-entropy of the first batch in a mode."""
        return nn.functional.cross_entropy(self.outputs[mode], self.batch()[1]).item()

    def accuracy(self, mode: str) -> float:
        """Accuracy on the first batch in a mode, 0..1."""
        return (self.outputs[mode].argmax(1) == self.batch()[1]).float().mean().item()

    @property
    def trained(self) -> bool:
        """Whether the model knows something already: a loss clearly below chance, in either mode."""
        return min(self.loss("train"), self.loss("eval")) < 0.9 * self.chance


def count_classes(model: nn.Module, image: Tensor) -> int:
    """Return the number of the model's outputs for an image (1, C, H, W).

    Raises:
        ValueError: if the model cannot take the image, or does not give one row of logits.
    """
    trial = copy.deepcopy(model)
    try:
        with torch.no_grad(), evaluating(trial):
            shape = trial(image).shape
    except RuntimeError as error:
        raise ValueError(
            f"the model fails on the first image, shape {tuple(image.shape)}: build it for this image size and number "
            "of channels"
        ) from error
    if len(shape) != 2 or shape[0] != 1:
        raise ValueError(f"the model must give logits (1, M) for one image, got shape {tuple(shape)}")
    return shape[1]


def some(names: list[str], most: int = 3) -> str:
    """Join the first names, and say how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def judge(value: float, look: float, wrong: float) -> Verdict:
    """ "ok" up to `look`, "look" up to `wrong`, "wrong" above and for what is no number."""
    if not value <= wrong:
        return "wrong"
    return "ok" if value <= look else "look"

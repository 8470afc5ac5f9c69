"""A recipe: every number that decides a training run, in one frozen row that is saved beside the result."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from course_lib.data.augmentation import Augmentation

Optimizer = Literal["sgd", "adagrad", "rmsprop", "adam", "adamw"]
Schedule = Literal["constant", "step", "cosine", "one-cycle", "plateau"]
Inputs = Literal["standardized", "unit", "bytes"]
FrozenNorms = Literal["eval", "train"]
Precision = Literal["auto", "32-true", "bf16-mixed", "16-mixed"]

CHOICES = {
    "optimizer": Optimizer,
    "schedule": Schedule,
    "inputs": Inputs,
    "frozen_norms": FrozenNorms,
    "precision": Precision,
}
SMALLEST_WHOLE = {"epochs": 1, "batch_size": 1, "accumulate": 1, "decay_patience": 1, "seed": 0}
INTERVALS = {  # which real numbers a field takes, and the same in words
    "lr": (lambda v: 0 < v < math.inf, "above 0"),
    "momentum": (lambda v: 0 <= v < 1, "at least 0 and below 1"),
    "weight_decay": (lambda v: 0 <= v < math.inf, "at least 0"),
    "warmup_epochs": (lambda v: 0 <= v < math.inf, "at least 0"),
    "layer_decay": (lambda v: 0 < v <= 1, "above 0 and at most 1"),
    "decay_factor": (lambda v: 0 < v < 1, "above 0 and below 1"),
    "l1": (lambda v: 0 <= v < math.inf, "at least 0"),
    "l2": (lambda v: 0 <= v < math.inf, "at least 0"),
    "label_smoothing": (lambda v: 0 <= v < 1, "at least 0 and below 1"),
    "mixup": (lambda v: 0 <= v < math.inf, "at least 0, where 0 is no mixup"),
    "clip_norm": (lambda v: 0 < v < math.inf, "above 0, or None for no clipping"),
    "clip_value": (lambda v: 0 < v < math.inf, "above 0, or None for no clipping"),
}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train: `epochs` passes over the training set with a peak learning rate of `lr`.

    Raises:
        ValueError: for a value that cannot work.

    >>> Recipe(epochs=3, lr=0.1, momentum=1.5)
    Traceback (most recent call last):
      ...
    ValueError: momentum must be a number at least 0 and below 1, got 1.5
    """

    epochs: int
    lr: float  # the largest learning rate of the schedule
    batch_size: int = 128  # examples per forward pass
    optimizer: Optimizer = "sgd"
    momentum: float = 0.9  # for "sgd"; 0 is plain gradient descent
    nesterov: bool = True  # for "sgd"
    weight_decay: float = 0.0  # on matrices and kernels only, never on biases and norms
    schedule: Schedule = "cosine"
    warmup_epochs: float = 0.0  # epochs in which the learning rate rises
    decay_epochs: tuple[int, ...] = ()  # for "step": after these epochs the rate falls
    decay_patience: int = 3  # for "plateau": epochs without a new best validation loss until the rate falls
    decay_factor: float = 0.1  # for "step" and "plateau": what the rate is multiplied with when it falls
    layer_decay: float = (
        1.0  # each stage of the model learns at this factor of the rate of the stage after it
    )
    l1: float = 0.0  # times the sum of |w| over matrices and kernels, added to the loss
    l2: float = 0.0  # times the sum of w**2, the same weights
    label_smoothing: float = 0.0  # probability spread evenly over all classes
    mixup: float = 0.0  # alpha of the Beta distribution that two images are blended by
    augment: Augmentation | None = None  # random changes of every training image
    inputs: Inputs = "standardized"  # each channel to mean 0 and deviation 1; or 0..1; or 0..255
    frozen_norms: FrozenNorms = (
        "eval"  # whether norms with frozen weights keep their statistics, or go on counting
    )
    clip_norm: float | None = None  # the largest length of the gradient of all parameters together
    clip_value: float | None = None  # the largest value of each entry of the gradient
    accumulate: int = 1  # batches per step of the optimizer
    precision: Precision = "32-true"  # "auto": bf16-mixed where the device has units for it
    seed: int = 0  # of shuffling, dropout, augmentation and mixup

    def __post_init__(self):
        for name, smallest in SMALLEST_WHOLE.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
                raise ValueError(f"{name} must be a whole number of at least {smallest}, got {value!r}")
        for name, (holds, words) in INTERVALS.items():
            value = getattr(self, name)
            if name in ("clip_norm", "clip_value") and value is None:
                continue
            if not isinstance(value, int | float) or isinstance(value, bool) or not holds(value):
                raise ValueError(f"{name} must be a number {words}, got {value!r}")
            object.__setattr__(self, name, float(value))  # 1 and 1.0 are the same recipe
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in get_args(choices):
                raise ValueError(f"{name} must be one of {', '.join(get_args(choices))}, got {value!r}")
        if isinstance(self.augment, Mapping):  # as JSON keeps it
            object.__setattr__(self, "augment", Augmentation(**self.augment))
        if self.augment is not None and not isinstance(self.augment, Augmentation):
            raise ValueError(f"augment must be an Augmentation or None, got {self.augment!r}")
        object.__setattr__(self, "decay_epochs", tuple(self.decay_epochs))
        self._check_decay()
        self._check_together()

    def _check_decay(self) -> None:
        epochs = self.decay_epochs
        fit = all(isinstance(e, int) and not isinstance(e, bool) and 0 < e < self.epochs for e in epochs)
        if not fit or list(epochs) != sorted(set(epochs)):
            raise ValueError(
                f"decay_epochs must be rising whole numbers from 1 to below epochs ({self.epochs}), got {epochs}"
            )
        if (self.schedule == "step") != bool(epochs):
            raise ValueError(
                "decay_epochs belong to the step schedule and it needs them, for example "
                f"schedule='step', decay_epochs=({max(1, self.epochs // 2)},), "
                f"got schedule={self.schedule!r}, decay_epochs={epochs}"
            )

    def _check_together(self) -> None:
        if self.clip_norm is not None and self.clip_value is not None:
            raise ValueError(
                "clip_norm and clip_value cannot both clip the gradient: set one of them to None, got "
                f"{self.clip_norm:g} and {self.clip_value:g}"
            )
        if not isinstance(self.nesterov, bool):
            raise ValueError(f"nesterov must be True or False, got {self.nesterov!r}")
        if self.optimizer == "sgd" and self.nesterov and self.momentum == 0:
            raise ValueError(
                "nesterov needs a momentum above 0: for plain gradient descent set nesterov=False"
            )
        if self.warmup_epochs >= self.epochs:
            raise ValueError(
                f"warmup_epochs must be below epochs ({self.epochs}), got {self.warmup_epochs:g}"
            )
        if self.schedule == "one-cycle" and self.warmup_epochs == 0:
            raise ValueError(
                "the one-cycle schedule needs warmup_epochs above 0, "
                f"for example three tenths of all epochs: {0.3 * self.epochs:g}"
            )

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change when a value changes.

        Values at their default are left out, so that a field added later keeps the hashes of older runs.
        For the same reason a default is never changed.
        """
        given = self.given()
        return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:12]

    def given(self) -> dict[str, Any]:
        """Return the values that are not at their default, ready for JSON."""
        defaults = {f.name: f.default for f in fields(self)}
        return {
            name: value for name, value in self.as_dict().items() if getattr(self, name) != defaults[name]
        }

    def as_dict(self) -> dict[str, Any]:
        """Return all values by name, ready for JSON; `Recipe(**values)` gives the recipe back."""
        augment = None if self.augment is None else self.augment.as_dict()
        return {**asdict(self), "augment": augment, "decay_epochs": list(self.decay_epochs)}

"""A recipe: every number that decides a training run, in one frozen row that is saved beside the result."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

Optimizer = Literal["sgd", "adam", "adamw"]
Schedule = Literal["constant", "cosine", "one-cycle"]
Precision = Literal["auto", "32-true", "bf16-mixed", "16-mixed"]

CHOICES = {"optimizer": Optimizer, "schedule": Schedule, "precision": Precision}
SMALLEST_WHOLE = {"epochs": 1, "batch_size": 1, "accumulate": 1, "seed": 0}
INTERVALS = {  # which real numbers a field takes, and the same in words
    "lr": (lambda v: 0 < v < math.inf, "above 0"),
    "momentum": (lambda v: 0 <= v < 1, "at least 0 and below 1"),
    "weight_decay": (lambda v: 0 <= v < math.inf, "at least 0"),
    "warmup_epochs": (lambda v: 0 <= v < math.inf, "at least 0"),
    "label_smoothing": (lambda v: 0 <= v < 1, "at least 0 and below 1"),
    "clip_norm": (lambda v: 0 < v < math.inf, "above 0, or None for no clipping"),
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
    momentum: float = 0.9  # for "sgd"
    nesterov: bool = True  # for "sgd"
    weight_decay: float = 0.0  # on matrices and kernels only, never on biases and norms
    schedule: Schedule = "cosine"
    warmup_epochs: float = 0.0  # epochs in which the learning rate rises
    label_smoothing: float = 0.0  # probability spread evenly over all classes
    clip_norm: float | None = None  # the largest length of the gradient of all parameters together
    accumulate: int = 1  # batches per step of the optimizer
    precision: Precision = "32-true"  # "auto": bf16-mixed where the device has units for it
    seed: int = 0  # of shuffling and dropout

    def __post_init__(self):
        for name, smallest in SMALLEST_WHOLE.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
                raise ValueError(f"{name} must be a whole number of at least {smallest}, got {value!r}")
        for name, (holds, words) in INTERVALS.items():
            value = getattr(self, name)
            if name == "clip_norm" and value is None:
                continue
            if not isinstance(value, int | float) or isinstance(value, bool) or not holds(value):
                raise ValueError(f"{name} must be a number {words}, got {value!r}")
            object.__setattr__(self, name, float(value))  # 1 and 1.0 are the same recipe
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in get_args(choices):
                raise ValueError(f"{name} must be one of {', '.join(get_args(choices))}, got {value!r}")
        self._check_together()

    def _check_together(self) -> None:
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
        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:12]

    def as_dict(self) -> dict[str, Any]:
        """Return all values by name, ready for JSON; `Recipe(**values)` gives the recipe back."""
        return asdict(self)

"""The learning-curve doctor: names the pattern in a run's losses and accuracies, with evidence and remedies.

This file reads and checks the history. `features` measures the curves, `rules` holds the rules with their thresholds
in the order in which they are asked, and `remedies` what to do.

The patterns are those that textbooks and courses describe for pairs of learning curves (Goodfellow, Bengio and
Courville 2016, "Deep Learning", sections 5.2 and 7.8; Prechelt 1998, "Early stopping - but when?",
doi:10.1007/3-540-49430-8_3, for curves that turn up more than once).
"""

from dataclasses import dataclass

import numpy as np

from course_lib.diagnosis.features import Curves, fill
from course_lib.diagnosis.remedies import REMEDIES
from course_lib.diagnosis.rules import FEWEST_EPOCHS, RULES, Evidence
from course_lib.training.history import History

LARGEST = 1e30  # a loss above it counts as infinite: 32-bit floats end at 3.4e38


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` says: the pattern, the sentences that led to it, and what to do."""

    pattern: str
    evidence: tuple[str, ...]
    remedies: tuple[str, ...]

    def __str__(self) -> str:
        lines = [self.pattern.replace("_", " "), "Evidence:"]
        lines += [f"- {sentence}" for sentence in self.evidence]
        lines += ["What to do:"]
        lines += [f"- {sentence}" for sentence in self.remedies]
        return "\n".join(lines)


def diagnose(history: History, num_classes: int | None = None) -> Diagnosis:
    """Name the pattern of a run's learning curves.

    It reads the columns loss and val_loss, and accuracy and val_accuracy (0..1) if both are there. Losses may be in
    any unit: they are compared with the loss of guessing, ln M for M classes, or with the first one where M is not
    given. A value that is not a number in the middle of a column counts as not recorded; at its end, as divergence.

    The patterns:
        underfit_capacity: both losses have stopped falling, close together, at a high level.
        underfit_unfinished: both losses still fall, close together.
        overfit: the validation loss turns up, or the gap grows late, while the training loss falls on.
        good_fit: both losses have stopped falling, close together, at a low level.
        train_unrepresentative: a large gap from early on, with no turn upwards.
        valid_unrepresentative: a validation curve of noise, or of a few examples.
        valid_easier: the validation loss stays below the training loss.
        diverged: the loss is no number, or has grown instead of fallen.
        at_chance: the network guesses, from the first epoch to the last.
        cannot_tell: fewer than five epochs, a column is missing, or no rule applies.

    Raises:
        TypeError: if `history` is not a History.
        ValueError: if `num_classes` is not a whole number above 1, or an accuracy is not between 0 and 1.

    >>> falling = [2.3 * 0.8**epoch for epoch in range(20)]
    >>> rising = [loss + 0.01 * epoch**1.5 for epoch, loss in enumerate(falling)]
    >>> print(diagnose(History.from_columns({"loss": falling, "val_loss": rising})).pattern)
    overfit
    """
    if not isinstance(history, History):
        raise TypeError(
            f"diagnose needs a History, got {type(history).__name__}: make one with History.from_columns(...)"
        )
    if num_classes is not None and (
        isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 2
    ):
        raise ValueError(f"num_classes must be a whole number of at least 2, or None, got {num_classes!r}")
    missing = [name for name in ("loss", "val_loss") if name not in history.columns]
    if missing:
        have = ", ".join(history.columns) or "no rows yet"
        return _diagnosis(
            "cannot_tell", [f"The history has no column {' and no column '.join(missing)}; it has {have}."]
        )
    columns = {name: np.array(history[name], dtype=float) for name in ("loss", "val_loss")}
    broken = _not_finite(columns)
    if broken:
        return _diagnosis("diverged", broken)
    columns |= _accuracies(history)
    return _apply_rules(columns, num_classes)


def _diagnosis(pattern: str, evidence: list[str]) -> Diagnosis:
    return Diagnosis(pattern, tuple(evidence), REMEDIES[pattern])


def _accuracies(history: History) -> dict[str, np.ndarray]:
    """Both accuracy columns, or none: one alone, or one without a number in it, tells nothing about a gap."""
    names = ("accuracy", "val_accuracy")
    if not set(names) <= set(history.columns):
        return {}
    columns = {name: np.array(history[name], dtype=float) for name in names}
    for name, values in columns.items():
        known = values[np.isfinite(values)]
        if not len(known):
            return {}
        if known.min() < 0 or known.max() > 1:
            raise ValueError(
                f"{name} must lie between 0 and 1, got {known.min():g} to {known.max():g}: divide percentages by 100"
            )
    return columns


def _not_finite(columns: dict[str, np.ndarray]) -> Evidence:
    """Whether a loss is infinite, or ends in values that are not numbers for longer than any gap before."""
    for name, values in columns.items():
        endless = np.abs(values) > LARGEST
        if endless.any():
            return [f"{name} is above {LARGEST:g}, or infinite, in epoch {int(endless.argmax()) + 1}."]
        known = np.flatnonzero(np.isfinite(values))
        if not len(known):
            if name == "loss" and len(values):
                return [f"{name} is not a number in any of the {len(values)} epochs."]
            continue
        ending = len(values) - 1 - known[-1]
        longest = int(np.diff(known, prepend=-1).max()) - 1
        if ending > longest:
            return [f"{name} is not a number from epoch {known[-1] + 2} to the last one, {len(values)}."]
    return None


def _apply_rules(columns: dict[str, np.ndarray], num_classes: int | None) -> Diagnosis:
    known = np.isfinite(columns["loss"]) & np.isfinite(columns["val_loss"])
    notes = []
    if not known.all():
        notes = [
            f"{int((~known).sum())} of {len(known)} epochs lack a value; straight lines were drawn across."
        ]
    count = int(known.sum())
    if count < 2:
        return _diagnosis("cannot_tell", [_too_few(count), *notes])
    curves = Curves(**{name: fill(values) for name, values in columns.items()}, num_classes=num_classes)
    rules = RULES if count >= FEWEST_EPOCHS else RULES[:1]
    for pattern, rule in rules:
        evidence = rule(curves)
        if evidence:
            return _diagnosis(pattern, evidence + notes)
    said = _contradiction(curves) if count >= FEWEST_EPOCHS else [_too_few(count)]
    return _diagnosis("cannot_tell", said + notes)


def _too_few(count: int) -> str:
    return f"Only {count} epochs have both losses; at least {FEWEST_EPOCHS} are needed, and 10 for a safe verdict."


def _contradiction(c: Curves) -> list[str]:
    return [
        "No rule applies: the signals contradict each other.",
        f"Training loss goes from {c.start:.3g} to {c.final_loss:.3g}, validation loss ends at {c.final_val_loss:.3g}, "
        f"{c.rise:.2f} of the loss of guessing above its lowest level.",
    ]

"""Learning-rate schedules, as functions of the step: plain arithmetic, no framework."""

import math
from collections.abc import Sequence

from course_lib.training.recipe import Recipe

# The one-cycle schedule starts at lr / START and ends at lr / (START * END), as in torch.optim.
START, END = 25.0, 1e4


def learning_rates(recipe: Recipe, steps_per_epoch: int) -> list[float]:
    """Return the learning rate of every step of the optimizer; for "plateau" without what validation makes of it.

    >>> learning_rates(Recipe(epochs=3, lr=0.5, schedule="step", decay_epochs=(2,)), steps_per_epoch=1)
    [0.5, 0.5, 0.05]
    """
    total = recipe.epochs * steps_per_epoch
    warmup = recipe.warmup_epochs * steps_per_epoch
    warmup_steps = max(1, round(warmup)) if warmup else 0
    rates = []
    for step in range(total):
        factor = learning_rate_factor(recipe.schedule, step, total, warmup_steps)
        if recipe.schedule == "step":
            factor *= step_factor(step // steps_per_epoch, recipe.decay_epochs, recipe.decay_factor)
        rates.append(recipe.lr * factor)
    return rates


def learning_rate_factor(schedule: str, step: int, total_steps: int, warmup_steps: int = 0) -> float:
    """Return what the peak learning rate is multiplied with at `step`, counted from 0.

    All but "one-cycle" rise in a straight line for `warmup_steps` steps; then "constant" stays at 1 and
    "cosine" falls as half a cosine wave towards 0 (Loshchilov and Hutter 2017, arXiv:1608.03983, without
    restarts). "step" and "plateau" are "constant" here, times what `step_factor` and `plateau_factor` say of
    the epoch. "one-cycle" rises from 1/25 as half a cosine wave, then falls as another one almost to 0
    (Smith and Topin 2019, arXiv:1708.07120).

    >>> [round(learning_rate_factor("cosine", step, 6, warmup_steps=2), 3) for step in range(6)]
    [0.5, 1.0, 1.0, 0.854, 0.5, 0.146]
    """
    if schedule == "one-cycle":
        peak = warmup_steps - 1  # the step with factor 1
        if step <= peak:
            return _half_cosine(1 / START, 1.0, step / peak if peak else 1.0)
        return _half_cosine(1.0, 1 / (START * END), (step - peak) / (total_steps - 1 - peak))
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    if schedule != "cosine":
        return 1.0
    return _half_cosine(1.0, 0.0, (step - warmup_steps) / (total_steps - warmup_steps))


def step_factor(epochs_done: int, decay_epochs: Sequence[int], decay_factor: float) -> float:
    """Return decay_factor once for every epoch of `decay_epochs` that has been trained.

    >>> [step_factor(done, (2, 3), 0.1) for done in (1, 2)]
    [1.0, 0.1]
    """
    return decay_factor ** sum(done <= epochs_done for done in decay_epochs)


def plateau_factor(losses: Sequence[float], patience: int, decay_factor: float) -> float:
    """Return decay_factor once for every time the loss had no new best for `patience` epochs in a row.

    `losses` are the validation losses so far. After a fall the count begins anew. This looks at the losses
    alone, so a run that is resumed goes on with the same rate.

    >>> plateau_factor([2.0, 1.0, 1.5, 1.2, 0.9], patience=2, decay_factor=0.5)
    0.5
    """
    factor, best, waited = 1.0, math.inf, 0
    for loss in losses:
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == patience:
            factor, waited = factor * decay_factor, 0
    return factor


def _half_cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2

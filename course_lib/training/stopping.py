"""Stop when the validation stands still, and keep the weights of the best epoch."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from course_lib.training import checkpoint
from course_lib.training.callbacks import Callback
from course_lib.training.history import Row

if TYPE_CHECKING:
    from course_lib.training.trainer import Trainer

MODES = ("auto", "min", "max")


class Best:
    """The best row so far by the column `metric`: `row`, or None before the first.

    A row is a new best if it is better by more than `min_delta`; one that equals the best, or is no number, is not.
    Mode "auto" takes the lowest `...loss` and the highest `...accuracy`.

    >>> best = Best("val_loss")
    >>> [best.see({"val_loss": loss}) for loss in (2.0, 1.5, 1.5, 1.7)]
    [True, True, False, False]
    """

    def __init__(self, metric: str, mode: str = "auto", min_delta: float = 0.0):
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        if not min_delta >= 0:
            raise ValueError(
                f"min_delta must be 0 or more, got {min_delta!r}: mode says which direction is better"
            )
        if mode == "auto" and not metric.endswith(("loss", "accuracy")):
            raise ValueError(
                f"mode='auto' needs a metric that ends with loss or accuracy, got {metric!r}: say mode='min' or "
                "mode='max'"
            )
        self.metric, self.min_delta = metric, min_delta
        self.sign = 1 if mode == "max" or (mode == "auto" and metric.endswith("accuracy")) else -1
        self.row: Row | None = None

    def see(self, row: Row) -> bool:
        """Take in the next row and say whether it is a new best.

        Raises:
            KeyError: if it lacks the column.
        """
        if self.metric not in row:
            raise KeyError(f"there is no column {self.metric!r} to watch; there are {', '.join(row)}")
        best = -math.inf if self.row is None else self.sign * self.row[self.metric]
        better = self.sign * row[self.metric] - self.min_delta > best
        if better:
            self.row = dict(row)
        return better


class EarlyStopping(Callback):
    """Stop after `patience` epochs without a new best of `metric`, whether it rose or fell between them.

    Afterwards `best_row` is the best epoch's row, `waited` the number of epochs since, and `stopped` the epoch after
    which the run was ended, or None. All follows from the history, so a run that is resumed stops where it would have
    stopped. The weights remain those of the last epoch: `BestCheckpoint` keeps those of the best one.

    Source: Prechelt 1998, "Early stopping - but when?"; Goodfellow et al. 2016, section 7.8.
    """

    def __init__(
        self, metric: str = "val_loss", patience: int = 3, min_delta: float = 0.0, mode: str = "auto"
    ):
        if patience < 1:
            raise ValueError(f"patience must be at least 1 epoch, got {patience!r}")
        Best(metric, mode, min_delta)  # refuses wrong values here, not when the run begins
        self.metric, self.patience, self.min_delta, self.mode = metric, patience, min_delta, mode

    @property
    def best_row(self) -> Row | None:
        """The row of the best epoch; None before the first."""
        return self.best.row

    def on_start(self, trainer: "Trainer") -> None:
        """Count what the history holds already; a run that was stopped stays stopped."""
        self.best = Best(self.metric, self.mode, self.min_delta)
        self.waited, self.stopped = 0, None
        for row in trainer.history.rows:
            self._count(row)
        self._decide(trainer)

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Count the epoch, and stop when patience is at its end."""
        self._count(row)
        self._decide(trainer)

    def _count(self, row: Row) -> None:
        self.waited = 0 if self.best.see(row) else self.waited + 1

    def _decide(self, trainer: "Trainer") -> None:
        if self.waited >= self.patience:
            trainer.stop, self.stopped = True, trainer.epoch


class BestCheckpoint(Callback):
    """Keep the weights of the epoch with the best `metric` in the file `path`: see `load_best`.

    The best model by loss and the best by accuracy can be two: give two of these two paths. A new run replaces the
    file of an older one. A run that is resumed goes on from its best, so the file never gets worse.
    """

    def __init__(self, path: Path, metric: str = "val_accuracy", mode: str = "auto"):
        Best(metric, mode)  # refuses wrong values here, not when the run begins
        self.path, self.metric, self.mode = Path(path), metric, mode

    @property
    def best_row(self) -> Row | None:
        """The row of the epoch whose weights are in the file; None before the first."""
        return self.best.row

    def on_start(self, trainer: "Trainer") -> None:
        """Find the best so far, in the file and in the history of a resumed run.

        Raises:
            ValueError: if an epoch of the history was better than what the file holds, which can no longer be had,
                or the file was made with another recipe.
        """
        self.best = Best(self.metric, self.mode)
        if trainer.epoch == 0:
            return
        if self.path.exists():
            self.best.see(checkpoint.read(self.path, trainer.recipe)["row"])
        missed = [row for row in trainer.history.rows if self.best.see(row)]
        if not missed or not trainer.fabric.is_global_zero:
            return
        if self.best.row["epoch"] != trainer.epoch:
            raise ValueError(
                f"epoch {self.best.row['epoch']} was the best by {self.metric}, but {self.path} does not hold its "
                f"weights, and the run goes on from epoch {trainer.epoch}: bring the file back, or go on without "
                "BestCheckpoint"
            )
        self._save(trainer)  # the run was stopped between the checkpoint of its best epoch and this file

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Replace the file if this epoch is the best."""
        if self.best.see(row) and trainer.fabric.is_global_zero:
            self._save(trainer)

    def _save(self, trainer: "Trainer") -> None:
        state = {"row": self.best.row, "model": trainer.model.state_dict()}
        checkpoint.write(self.path, trainer.recipe, state)


def load_best(model: nn.Module, path: Path) -> Row:
    """Put the weights that `BestCheckpoint` keeps in `path` into `model`, in place; return their epoch's row.

    Raises:
        ValueError: if the file is no such file, or its weights do not fit the model.
    """
    state = torch.load(path, map_location="cpu", weights_only=True)
    if "row" not in state:
        raise ValueError(
            f"{path} does not come from BestCheckpoint: the checkpoint of a whole run is read by Trainer.load"
        )
    differences = _differences(state["model"], model.state_dict())
    if differences:
        shown = "; ".join(differences[:3]) + ("; ..." if len(differences) > 3 else "")
        raise ValueError(
            f"the weights in {path} are of another model ({shown}): build the model as it was built for that run"
        )
    model.load_state_dict(state["model"])
    return state["row"]


def _differences(saved: dict[str, Any], own: dict[str, Any]) -> list[str]:
    """Say where two state dictionaries differ in names or shapes."""
    found = []
    for name in own | saved:
        if name not in own:
            found.append(f"the model has no {name}")
        elif name not in saved:
            found.append(f"the file has no {name}")
        elif own[name].shape != saved[name].shape:
            shapes = tuple(saved[name].shape), tuple(own[name].shape)
            found.append(f"{name} has shape {shapes[0]} in the file and {shapes[1]} in the model")
    return found

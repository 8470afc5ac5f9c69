"""What may listen to a run: a callback is an object with the four methods of `Callback`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    from course_lib.training.trainer import Trainer


class Callback:
    """Does nothing; a subclass fills in the events it wants.

    Setting `trainer.stop = True` ends `fit` at once; an epoch that is not finished gets no row.
    """

    def on_start(self, trainer: "Trainer") -> None:
        """Before the first step of `fit`."""

    def on_step(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """After a step of the optimizer; `row` holds step (from 1), loss (a tensor, on the device) and lr."""

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """After an epoch and its validation; `row` is the epoch's row of the history."""

    def on_end(self, trainer: "Trainer") -> None:
        """When `fit` ends, also by an error."""


class Progress(Callback):
    """A progress bar, where there is a terminal, and a line per epoch."""

    def on_start(self, trainer: "Trainer") -> None:
        """Open the bar, where a resumed run stands."""
        steps = {"total": trainer.total_steps, "initial": trainer.step, "unit": "step"}
        self.bar = tqdm(**steps, leave=False, disable=None)  # None: no bar in a log file

    def on_step(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """Move on by one step."""
        self.bar.update()

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Write the epoch's row above the bar."""
        self.bar.write(
            f"epoch {row['epoch']:3} of {trainer.recipe.epochs}: "
            f"loss {row['loss']:.4f}, accuracy {row['accuracy']:.2%}; validation "
            f"loss {row['val_loss']:.4f}, accuracy {row['val_accuracy']:.2%}; {row['seconds']:.1f} s"
        )

    def on_end(self, trainer: "Trainer") -> None:
        """Close the bar."""
        self.bar.close()


class FirstLosses(Callback):
    """Keep the losses of the first `count` steps in `losses`, then stop."""

    def __init__(self, count: int):
        self.count = count
        self.losses: list[float] = []

    def on_step(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """Keep the loss of this step."""
        self.losses.append(row["loss"].item())
        trainer.stop = len(self.losses) >= self.count


class Checkpoint(Callback):
    """Save the run after every epoch, so that it can go on if it is stopped: see `Trainer.load`."""

    def __init__(self, path: Path):
        self.path = Path(path)

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Replace the checkpoint."""
        trainer.save(self.path)

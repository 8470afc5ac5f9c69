"""What may listen to a run: a callback is an object with the five methods of `Callback`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.training.bars import open_bar

if TYPE_CHECKING:
    from course_lib.training.trainer import Trainer


class Callback:
    """Does nothing; a subclass fills in the events it wants.

    Setting `trainer.stop = True` ends `fit` at once; an epoch that is not finished gets no row. Set in `on_epoch`, it
    ends the run after that epoch.
    """

    def on_start(self, trainer: "Trainer") -> None:
        """Before the first step of `fit`."""

    def on_backward(self, trainer: "Trainer") -> None:
        """When a step's gradients are complete, before they are clipped and used; with 16-mixed still scaled."""

    def on_step(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """After a step of the optimizer; `row` holds step (from 1), loss (a tensor, on the device) and lr."""

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """After an epoch and its validation; `row` is the epoch's row of the history."""

    def on_end(self, trainer: "Trainer") -> None:
        """When `fit` ends, also by an error."""


class Progress(Callback):
    """A progress bar, in a terminal or a notebook, and a line per epoch, which also a log file gets."""

    def on_start(self, trainer: "Trainer") -> None:
        """Open the bar, where a resumed run stands."""
        self.bar = open_bar(trainer.total_steps, trainer.step, silent=not trainer.fabric.is_global_zero)

    def on_step(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """Move on by one step."""
        self.bar.update()

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Write the epoch's row above the bar."""
        if trainer.fabric.is_global_zero:
            self.bar.write(self.describe(trainer, row))

    def describe(self, trainer: "Trainer", row: dict[str, float]) -> str:
        """Return the line of an epoch."""
        return (
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
        if len(self.losses) >= self.count:
            trainer.stop = True


class Checkpoint(Callback):
    """Save the run after every epoch, so that it can go on if it is stopped: see `Trainer.load`."""

    def __init__(self, path: Path):
        self.path = Path(path)

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Replace the checkpoint."""
        trainer.save(self.path)

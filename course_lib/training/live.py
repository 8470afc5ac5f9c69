"""Learning curves that grow while a notebook's cell trains."""

import math
import time
from typing import TYPE_CHECKING

from course_lib import plots
from course_lib.training.bars import in_notebook
from course_lib.training.callbacks import Progress

if TYPE_CHECKING:
    from course_lib.training.trainer import Trainer


class LiveCurve(Progress):
    """Learning curves below a progress bar, replaced in place; give it instead of `Progress`.

    Above the curves stands the line of the last epoch. The curves begin with the second epoch, because a line needs
    two points. They are drawn at most every `pause` seconds, so that short epochs are not spent on drawing, and once
    more at the end. Where nothing shown can be replaced, outside a Jupyter kernel, it is `Progress`.
    """

    def __init__(self, pause: float = 1.0):
        self.pause = pause

    def on_start(self, trainer: "Trainer") -> None:
        """Open the bar and the place of the curves; a resumed run draws those it has."""
        super().on_start(trainer)
        self.output, self.drawn_at, self.drawn = None, -math.inf, 0
        if in_notebook() and trainer.fabric.is_global_zero:
            from IPython.display import display

            self.output = display({"text/plain": ""}, raw=True, display_id=True)
            self._draw(trainer)

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Replace line and curves."""
        if self.output is None:
            super().on_epoch(trainer, row)
            return
        self.bar.lines.clear()
        super().on_epoch(trainer, row)
        if time.monotonic() - self.drawn_at >= self.pause:
            self._draw(trainer)

    def on_end(self, trainer: "Trainer") -> None:
        """Close the bar and draw the curves of all epochs."""
        super().on_end(trainer)
        if self.output is not None:
            self._draw(trainer)

    def _draw(self, trainer: "Trainer") -> None:
        epochs = len(trainer.history)
        if epochs >= 2 and epochs != self.drawn:
            self.output.update(plots.learning_curves(trainer.history))
            self.drawn_at, self.drawn = time.monotonic(), epochs

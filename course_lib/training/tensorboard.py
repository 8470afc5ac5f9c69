"""Write what happens in a run for TensorBoard, without loading TensorFlow."""

import copy
import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import matplotlib
import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor, nn

from course_lib import plots
from course_lib.palette import LIGHT
from course_lib.training import devices
from course_lib.training.callbacks import Callback
from course_lib.training.evaluation import evaluating

if TYPE_CHECKING:
    from course_lib.training.trainer import Trainer

BINS = 64
ROWS, COLUMNS = 3, 6  # of the grid of images


@contextmanager
def without_tensorflow() -> Iterator[None]:
    """Let parts of TensorBoard that are first imported in the block do without TensorFlow (550 MB, 4 s).

    They would load it for little more than opening files, which a stand-in in TensorBoard itself can do. Its own switch
    for that, a module `tensorboard.compat.notf`, would hold for the whole process, and Keras's callback
    could no longer write in it.

    Raises:
        ModuleNotFoundError: without the package tensorboard.
    """
    try:
        from tensorboard.compat import tensorflow_stub
    except ModuleNotFoundError as error:
        if not error.name.startswith("tensorboard"):
            raise
        raise ModuleNotFoundError(
            "to write for TensorBoard the package tensorboard is needed: pip install 'tensorboard>=2.20'",
            name="tensorboard",
        ) from error
    with patch("tensorboard.compat.tf", tensorflow_stub):
        yield


class TensorBoard(Callback):
    """Write a run into `folder`, to be looked at by `tensorboard --logdir folder` or `%tensorboard` in a notebook.

    - step/loss and step/lr, of the first step and then every `every_steps`;
    - epoch/..., each column of the history;
    - `histograms`: after each epoch weights/... of each parameter, and gradients/... of the epoch's last step, before
      clipping; what is not finite is left out, and epoch/gradients_not_finite counts it;
    - `images`: after each epoch some validation images, with the predicted and the true class;
    - `graph`: the operations of the model, in evaluation mode.

    Everything lies at the number of the optimizer's step. A resumed run goes on in its folder: what was written after
    its checkpoint is dropped. A new run hides the older one in the same folder.

    Raises:
        ModuleNotFoundError: without the package tensorboard.
    """

    def __init__(
        self,
        folder: Path,
        every_steps: int = 50,
        histograms: bool = True,
        images: bool = True,
        graph: bool = True,
    ):
        if every_steps < 1:
            raise ValueError(f"every_steps must be at least 1, got {every_steps!r}")
        self.folder, self.every_steps = Path(folder), every_steps
        self.histograms, self.images, self.graph = histograms, images, graph
        with without_tensorflow():
            from torch.utils.tensorboard import SummaryWriter
        self.open_writer = SummaryWriter
        self.writer = None

    def on_start(self, trainer: "Trainer") -> None:
        """Open the files and write the graph.

        Raises:
            ValueError: if the model's graph cannot be had.
        """
        if not trainer.fabric.is_global_zero:
            return
        first = trainer.step == 0 or not any(self.folder.glob("events.out.tfevents.*"))
        batches = trainer.valid_batches
        count = min(ROWS * COLUMNS, len(batches))
        chosen = torch.linspace(0, len(batches) - 1, count).long()  # spread, should they be sorted by class
        self.pixels, self.labels = next(iter(batches.load([chosen])))
        graph = trace(trainer.model.module, batches.images(self.pixels[:1])) if self.graph and first else None
        # Events of this step and later ones, of an attempt that was broken off, are dropped by whoever reads.
        self.writer = self.open_writer(self.folder, purge_step=trainer.step + 1 if trainer.step else 0)
        if graph is not None:
            self.writer.file_writer.add_graph(graph)

    def on_backward(self, trainer: "Trainer") -> None:
        """Write the gradients of an epoch's last step."""
        if self.writer is None or not self.histograms:
            return
        step, steps_per_epoch = trainer.step + 1, trainer.total_steps // trainer.recipe.epochs
        if step % steps_per_epoch == 0:
            named = trainer.model.module.named_parameters()
            scaler = getattr(trainer.fabric.strategy.precision, "scaler", None)  # of precision 16-mixed
            scale = 1.0 if scaler is None else scaler.get_scale()
            gradients = ((name, p.grad / scale) for name, p in named if p.grad is not None)
            left_out = self._write_histograms("gradients", gradients, step)
            self.writer.add_scalar("epoch/gradients_not_finite", left_out, step)

    def on_step(self, trainer: "Trainer", row: dict[str, Any]) -> None:
        """Write loss and learning rate."""
        if self.writer is not None and (row["step"] == 1 or row["step"] % self.every_steps == 0):
            self.writer.add_scalar("step/loss", row["loss"].item(), row["step"])
            self.writer.add_scalar("step/lr", row["lr"], row["step"])

    def on_epoch(self, trainer: "Trainer", row: dict[str, float]) -> None:
        """Write the epoch's row, weights and images, so that they can be looked at now."""
        if self.writer is None:
            return
        for name, value in row.items():
            self.writer.add_scalar(f"epoch/{name}", value, trainer.step)
        if self.histograms:
            self._write_histograms("weights", trainer.model.module.named_parameters(), trainer.step)
        if self.images:
            self.writer.add_image("predictions", self._draw(trainer), trainer.step, dataformats="HWC")
        self.writer.flush()

    def on_end(self, trainer: "Trainer") -> None:
        """Close the files."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def _write_histograms(self, group: str, tensors: Iterable[tuple[str, Tensor]], step: int) -> int:
        """Write the finite values of each tensor; return how many were not."""
        left_out = 0
        for name, tensor in tensors:
            values = tensor.detach().float().cpu().numpy().ravel()
            finite = values[np.isfinite(values)]
            left_out += values.size - finite.size
            if finite.size:
                self.writer.add_histogram(f"{group}/{name}", finite, step, bins=BINS)
        return left_out

    def _draw(self, trainer: "Trainer") -> np.ndarray:
        """Return the grid of images, uint8 (H, W, 3)."""
        model, batches = trainer.model.module, trainer.valid_batches
        with torch.no_grad(), evaluating(model), devices.seeded(0, trainer.device), trainer.fabric.autocast():
            # By `forward`: a compiled model would be compiled anew for this many images.
            predicted = model.forward(batches.images(self.pixels)).argmax(dim=1)
        names = [batches.class_names[i] for i in predicted.tolist()]
        truth = [batches.class_names[i] for i in self.labels.tolist()]
        return draw_predictions(self.pixels.cpu().numpy(), names, truth)


def trace(model: nn.Module, images: Tensor) -> tuple[Any, Any]:
    """Return what `SummaryWriter` writes for the graph of `model` applied to `images`.

    It is made from a copy, because tracing sets the mode of the whole model.

    Raises:
        ValueError: if PyTorch cannot trace the model.
    """
    from torch.utils.tensorboard._pytorch_graph import graph

    with warnings.catch_warnings(), devices.seeded(0, images.device):
        warnings.simplefilter("ignore")  # about what a trace is good for; here it is only looked at
        try:
            return graph(copy.deepcopy(model), images)
        except RuntimeError as error:
            raise ValueError(
                "PyTorch cannot trace this model for its graph: use TensorBoard(..., graph=False)"
            ) from error


def draw_predictions(pixels: np.ndarray, predicted: list[str], truth: list[str]) -> np.ndarray:
    """Draw images uint8 (N, H, W, C) in a grid, each with its predicted class and, if that is wrong, the true one.

    Returns:
        uint8 (height, width, 3).
    """
    columns = min(COLUMNS, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    look = {**plots.style(), "figure.facecolor": "white", "font.size": 7}
    with matplotlib.rc_context(look):
        figure = Figure(figsize=(columns, 1.3 * rows), dpi=100)
        ax = figure.add_axes((0, 0, 1, 1))  # its units are inches
        for i, (image, guess, label) in enumerate(zip(pixels, predicted, truth, strict=True)):
            left, top = i % columns, 1.3 * (i // columns)
            image = image.squeeze(-1) if image.shape[-1] == 1 else image
            extent = (left + 0.05, left + 0.95, top + 1.25, top + 0.35)
            ax.imshow(image, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
            right = guess == label
            said, color = (guess, "blue") if right else (f"{guess}\nis {label}", "vermillion")
            ax.text(left + 0.5, top + 0.32, said, color=LIGHT[color], ha="center", va="bottom")
        ax.set(xlim=(0, columns), ylim=(1.3 * rows, 0))
        ax.set_axis_off()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

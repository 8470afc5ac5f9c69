"""A trainer short enough to read: Fabric owns device and precision, torchmetrics owns the meters."""

import math
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.data import Dataset
from course_lib.pytorch.augmentation import mixup
from course_lib.pytorch.googlenet import WithAuxiliary, auxiliary_loss
from course_lib.pytorch.transfer import hold_norms
from course_lib.training import checkpoint, devices
from course_lib.training.batches import Batches, make_batches
from course_lib.training.callbacks import Callback
from course_lib.training.evaluation import Meters, check_outputs, evaluating
from course_lib.training.history import History
from course_lib.training.normalization import Normalization, normalization_of
from course_lib.training.optimizers import make_optimizer, penalty
from course_lib.training.recipe import Recipe
from course_lib.training.schedules import learning_rates, plateau_factor

EVALUATION_BATCH = 512  # images; a matter of memory only
CHECK_EVERY = 20  # steps between looks at the loss, each of which makes a GPU wait


class Trainer:
    """Train a classifier with softmax cross-entropy: `fit`, then `evaluate` and `predict`; `save` and `load`.

    A network with auxiliary heads, which gives a `WithAuxiliary` in training, is trained with the sum of their losses:
    see `auxiliary_loss`.

    Images are normalized with the mean and deviation of each channel of the training set; the trainer keeps
    these for evaluation. On a CPU the same recipe, first weights and data give the same result bit for bit,
    whatever the state of the random generators outside. `device` is "auto", "cpu", "cuda" or "mps".
    `compile` translates the model before it runs (`torch.compile`): slow to start, then faster. `stream` decides
    whether the images stay on the device or come batch by batch; None looks at their size.

    Under `torchrun --nproc-per-node N` each batch is shared out among N processes, and every step is that of one
    process with the whole batch; batch norm alone sees only its own process's share.

    While it runs, callbacks can read `model`, `optimizer`, `lr`, `step` (of the optimizer, counted from 1),
    `total_steps`, `epoch` (epochs done), `history`, `batches`, `valid_batches`, `recipe`, `device` and `fabric`.
    """

    def __init__(
        self,
        recipe: Recipe,
        callbacks: Iterable[Callback] = (),
        device: str = "auto",
        compile: bool = False,  # noqa: A002 -- torch's own name for it
        stream: bool | None = None,
    ):
        self.recipe = recipe
        self.compile, self.stream = compile, stream
        self.callbacks = tuple(callbacks)
        chosen = devices.choose_device(device)
        self.precision = devices.choose_precision(recipe.precision, chosen)
        self.fabric = devices.make_fabric(chosen, self.precision)
        self.device = self.fabric.device
        self.loss = partial(auxiliary_loss, label_smoothing=recipe.label_smoothing)
        self.normalization: Normalization | None = None
        self.stop = False
        self._loaded: dict[str, Any] | None = None

    def fit(self, model: nn.Module, train: Dataset, valid: Dataset) -> History:
        """Train `model` in place, validate after every epoch, and return one row per epoch.

        The training loss is the recipe's, with label smoothing and mixup but without the penalties l1 and l2; the
        validation loss is plain cross-entropy. Training accuracy is of the images as augmented, while the weights
        change; with mixup it counts the first of each two blended labels.

        Raises:
            ValueError: if model, training set and validation set do not fit together.
            FloatingPointError: when the loss is no longer a number.
            MemoryError: when the device has not enough memory; the message names the remedies.
        """
        seeded = devices.seeded(self.recipe.seed + self.fabric.global_rank, self.device)
        with seeded, devices.explained_shortage(self.recipe.batch_size):
            self._prepare(model, train, valid)
            self._call("on_start")
            try:
                while self.epoch < self.recipe.epochs and not self.stop:
                    began = time.perf_counter()
                    row = self._train_epoch(self.batches)
                    if self.stop:
                        break  # within the epoch: it gets no row
                    scores = self._measure(model, self.valid_batches)
                    row |= {f"val_{name}": value for name, value in scores.items()}
                    row |= {"lr": self.lr, "seconds": time.perf_counter() - began}
                    self.epoch += 1
                    self.history.append({"epoch": self.epoch, **row})
                    self._call("on_epoch", dict(self.history.rows[-1]))
            finally:
                self._call("on_end")
        return self.history

    def _train_epoch(self, batches: Batches) -> dict[str, float]:
        self.model.train()
        if self.recipe.frozen_norms == "eval":
            hold_norms(self.model)
        # From seed, epoch and process alone, so that a resumed run draws what the straight one draws.
        self.draws.manual_seed(self.recipe.seed + 1000 * self.epoch + 10**6 * self.fabric.global_rank)
        meters = Meters(batches.num_classes, self.device)
        parts = self._cut(batches, self.shuffle)
        loaded = batches.load([self._own_share(part) for part in parts])
        for first in range(0, len(parts), self.recipe.accumulate):
            group = parts[first : first + self.recipe.accumulate]
            group_loss = torch.zeros((), device=self.device)
            for left in reversed(range(len(group))):
                pixels, labels = next(loaded)
                images, targets = self._draw(batches, pixels, labels)
                # What makes the group's gradient, summed here and averaged over processes, that of one big batch.
                share = len(labels) * self.fabric.world_size / sum(map(len, group))
                with self.fabric.no_backward_sync(self.model, enabled=left > 0):
                    outputs = self.model(images)
                    loss = self.loss(outputs, targets)
                    self.fabric.backward(loss * share + self._penalty() / len(group))
                group_loss += loss.detach() * share
                logits = outputs.logits if isinstance(outputs, WithAuxiliary) else outputs
                meters.update(logits, labels, loss)
            group_loss = self.fabric.all_reduce(group_loss)
            self._optimizer_step()
            if self.step % CHECK_EVERY == 0 or group[-1] is parts[-1]:
                self._check_finite(group_loss)
            self._call("on_step", {"step": self.step, "loss": group_loss, "lr": self.lr})
            if self.stop:
                break
        return meters.compute()

    def _draw(self, batches: Batches, pixels: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the images (B, C, H, W) as the recipe changes them, with labels (B,) or probabilities (B, M)."""
        images = batches.images(pixels, self.recipe.augment, self.draws)
        if self.recipe.mixup == 0:
            return images, labels
        targets = nn.functional.one_hot(labels, batches.num_classes).float()
        return mixup(images, targets, self.recipe.mixup, self.draws)

    def _penalty(self) -> Tensor | float:
        l1, l2 = self.recipe.l1, self.recipe.l2
        return penalty(self.model, l1, l2) if l1 or l2 else 0.0

    def _optimizer_step(self) -> None:
        self._call("on_backward")
        self.lr = self._learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * group["factor"]
        if self.recipe.clip_norm is not None:
            self.fabric.clip_gradients(self.model, self.optimizer, max_norm=self.recipe.clip_norm)
        if self.recipe.clip_value is not None:
            self.fabric.clip_gradients(self.model, self.optimizer, clip_val=self.recipe.clip_value)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1

    def _learning_rate(self) -> float:
        rate, recipe = self.rates[self.step], self.recipe
        if recipe.schedule == "plateau" and self.epoch > 0:
            rate *= plateau_factor(self.history["val_loss"], recipe.decay_patience, recipe.decay_factor)
        return rate

    def _cut(self, batches: Batches, generator: torch.Generator | None = None) -> list[Tensor]:
        """Return the indices of each batch of all processes together, at least two examples for each process."""
        return batches.cut(self.recipe.batch_size, generator, smallest=2 * self.fabric.world_size)

    def _own_share(self, part: Tensor) -> Tensor:
        return part[self.fabric.global_rank :: self.fabric.world_size]

    def evaluate(self, model: nn.Module, dataset: Dataset) -> dict[str, float]:
        """Return the mean cross-entropy "loss" and the "accuracy", 0..1, with the model in evaluation mode."""
        return self._measure(model.to(self.device), self._batches(dataset))

    def predict(self, model: nn.Module, dataset: Dataset) -> Tensor:
        """Return the logits float32 (N, num_classes), on the CPU, with the model in evaluation mode."""
        return self._predict(model.to(self.device), self._batches(dataset))[0].cpu()

    def _measure(self, model: nn.Module, batches: Batches) -> dict[str, float]:
        meters = Meters(batches.num_classes, self.device)
        own = self._own_share(torch.arange(len(batches)))  # the meters add up those of all processes
        logits, labels = self._predict(model, batches, own)
        if len(labels):
            meters.update(logits, labels, nn.functional.cross_entropy(logits, labels))
        return meters.compute()

    @torch.no_grad()
    def _predict(
        self, model: nn.Module, batches: Batches, rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return logits and labels of the examples `rows`, or of all."""
        parts = (torch.arange(len(batches)) if rows is None else rows).split(EVALUATION_BATCH)
        outputs = []
        with evaluating(model), self.fabric.autocast():
            for pixels, labels in batches.load(parts):
                outputs.append((model(batches.images(pixels)).float(), labels))
        logits, labels = zip(*outputs, strict=True)
        return torch.cat(logits), torch.cat(labels)

    def _batches(self, dataset: Dataset) -> Batches:
        if self.normalization is None:
            raise RuntimeError("this trainer has not seen a training set to normalize by: call fit first")
        return make_batches(dataset, self.normalization, self.device, self.stream)

    def _prepare(self, model: nn.Module, train: Dataset, valid: Dataset) -> None:
        """Put data and model on the device and set every counter to where the run begins or goes on."""
        if train.class_names != valid.class_names:
            raise ValueError(f"train and valid must have the same classes, got {train} and {valid}")
        self.normalization = normalization_of(train.images, self.recipe.inputs)
        self.batches, self.valid_batches = self._batches(train), self._batches(valid)
        if self.recipe.batch_size < 2 * self.fabric.world_size > 2:
            raise ValueError(
                f"batch_size must give each of the {self.fabric.world_size} processes two examples at least, "
                f"got {self.recipe.batch_size}"
            )
        model.to(self.device, memory_format=torch.channels_last)
        check_outputs(model, self.batches)
        if self.compile:
            model.compile()
        # 16-bit floats are clipped only after unscaling, which a fused optimizer would do too late.
        optimizer = make_optimizer(self.recipe, model, fused=self.precision != "16-mixed")
        self.model, self.optimizer = self.fabric.setup(model, optimizer)
        self.shuffle = torch.Generator().manual_seed(self.recipe.seed)
        self.draws = torch.Generator(self.device)
        steps_per_epoch = math.ceil(len(self._cut(self.batches)) / self.recipe.accumulate)
        self.rates = learning_rates(self.recipe, steps_per_epoch)
        self.total_steps = len(self.rates)
        self.epoch, self.step, self.lr, self.stop = 0, 0, 0.0, False
        self.history, self.fingerprint = History(), train.fingerprint
        if self._loaded is not None:
            self._restore(self._loaded)

    def _check_finite(self, loss: Tensor) -> None:
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"the loss is {loss.item()} at step {self.step} of {self.total_steps}, learning rate {self.lr:g}: "
                f"try an lr below {self.recipe.lr:g}, a longer warmup_epochs, or clip_norm=1.0"
            )

    def _call(self, event: str, *row: dict[str, Any]) -> None:
        for callback in self.callbacks:
            getattr(callback, event)(self, *row)

    def save(self, path: Path) -> None:
        """Write all that `load` needs to go on, between two epochs; the file is replaced in one move.

        Of several processes the first one writes.
        """
        if not self.fabric.is_global_zero:
            return
        state = {
            "fingerprint": self.fingerprint,
            "epoch": self.epoch,
            "step": self.step,
            "rows": self.history.rows,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.fabric.strategy.precision.state_dict(),
            "shuffle": self.shuffle.get_state(),
            "random": devices.random_state(self.device),
        }
        checkpoint.write(path, self.recipe, state)

    def load(self, path: Path) -> None:
        """Read a checkpoint: the next `fit` puts its weights into the model and goes on from its epoch.

        A run that was stopped and goes on ends with the weights and rows (but for the seconds) of one that
        was not, bit for bit on a CPU.

        Raises:
            ValueError: if the checkpoint was made with another recipe.
        """
        self._loaded = checkpoint.read(path, self.recipe)

    def _restore(self, state: dict[str, Any]) -> None:
        if state["fingerprint"] != self.fingerprint:
            raise ValueError("the checkpoint was made with another training set: delete it to start anew")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.fabric.strategy.precision.load_state_dict(state["scaler"])
        self.epoch, self.step = state["epoch"], state["step"]
        for row in state["rows"]:
            self.history.append(row)
        self.shuffle.set_state(state["shuffle"])
        devices.set_random_state(state["random"], self.device)
        self._loaded = None

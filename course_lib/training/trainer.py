"""A trainer short enough to read: Fabric owns device and precision, torchmetrics owns the meters."""

import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.data import Dataset
from course_lib.training import checkpoint, devices
from course_lib.training.batches import Batches, Normalization, measure_normalization
from course_lib.training.callbacks import Callback
from course_lib.training.evaluation import Meters, check_outputs, evaluating
from course_lib.training.history import History
from course_lib.training.optimizers import make_optimizer
from course_lib.training.recipe import Recipe
from course_lib.training.schedules import learning_rate_factor

EVALUATION_BATCH = 512  # images; a matter of memory only
CHECK_EVERY = 20  # steps between looks at the loss, each of which makes a GPU wait


class Trainer:
    """Train a classifier with softmax cross-entropy: `fit`, then `evaluate` and `predict`; `save` and `load`.

    Images are normalized with the mean and deviation of each channel of the training set; the trainer keeps
    these for evaluation. On a CPU the same recipe, first weights and data give the same result bit for bit,
    whatever the state of the random generators outside. `device` is "auto", "cpu", "cuda" or "mps".

    While it runs, callbacks can read `model`, `optimizer`, `lr`, `step` (of the optimizer, counted from 1),
    `total_steps`, `epoch` (epochs done) and `history`.
    """

    def __init__(self, recipe: Recipe, callbacks: Iterable[Callback] = (), device: str = "auto"):
        self.recipe = recipe
        self.callbacks = tuple(callbacks)
        chosen = devices.choose_device(device)
        self.precision = devices.choose_precision(recipe.precision, chosen)
        self.fabric = devices.make_fabric(chosen, self.precision)
        self.device = self.fabric.device
        self.loss = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
        self.normalization: Normalization | None = None
        self.stop = False
        self._loaded: dict[str, Any] | None = None

    def fit(self, model: nn.Module, train: Dataset, valid: Dataset) -> History:
        """Train `model` in place, validate after every epoch, and return one row per epoch.

        The training loss is the recipe's, with label smoothing; the validation loss is without.

        Raises:
            ValueError: if model, training set and validation set do not fit together.
            FloatingPointError: when the loss is no longer a number.
        """
        with devices.seeded(self.recipe.seed, self.device):
            batches, valid_batches = self._prepare(model, train, valid)
            self._call("on_start")
            try:
                while self.epoch < self.recipe.epochs and not self.stop:
                    began = time.perf_counter()
                    row = self._train_epoch(batches)
                    if self.stop:
                        break  # within the epoch: it gets no row
                    row |= {
                        f"val_{name}": value for name, value in self._measure(model, valid_batches).items()
                    }
                    row |= {"lr": self.lr, "seconds": time.perf_counter() - began}
                    self.epoch += 1
                    self.history.append({"epoch": self.epoch, **row})
                    self._call("on_epoch", dict(self.history.rows[-1]))
            finally:
                self._call("on_end")
        return self.history

    def _train_epoch(self, batches: Batches) -> dict[str, float]:
        self.model.train()
        meters = Meters(batches.num_classes, self.device)
        parts = batches.cut(self.recipe.batch_size, self.shuffle)
        for first in range(0, len(parts), self.recipe.accumulate):
            group = parts[first : first + self.recipe.accumulate]
            examples = sum(map(len, group))
            group_loss = torch.zeros((), device=self.device)
            for index in group:
                labels = batches.labels[index]
                logits = self.model(batches.images(index))
                loss = self.loss(logits, labels)
                share = len(index) / examples  # makes the group's gradient that of one big batch
                self.fabric.backward(loss * share)
                group_loss += loss.detach() * share
                meters.update(logits, labels, loss)
            self._optimizer_step()
            if self.step % CHECK_EVERY == 0 or index is parts[-1]:
                self._check_finite(group_loss)
            self._call("on_step", {"step": self.step, "loss": group_loss, "lr": self.lr})
            if self.stop:
                break
        return meters.compute()

    def _optimizer_step(self) -> None:
        schedule = self.recipe.schedule
        factor = learning_rate_factor(schedule, self.step, self.total_steps, self.warmup_steps)
        self.lr = self.recipe.lr * factor
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr
        if self.recipe.clip_norm is not None:
            self.fabric.clip_gradients(self.model, self.optimizer, max_norm=self.recipe.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1

    def evaluate(self, model: nn.Module, dataset: Dataset) -> dict[str, float]:
        """Return the mean cross-entropy "loss" and the "accuracy", 0..1, with the model in evaluation mode."""
        return self._measure(model.to(self.device), self._batches(dataset))

    def predict(self, model: nn.Module, dataset: Dataset) -> Tensor:
        """Return the logits float32 (N, num_classes), on the CPU, with the model in evaluation mode."""
        return self._predict(model.to(self.device), self._batches(dataset)).cpu()

    def _measure(self, model: nn.Module, batches: Batches) -> dict[str, float]:
        meters = Meters(batches.num_classes, self.device)
        logits = self._predict(model, batches)
        meters.update(logits, batches.labels, nn.functional.cross_entropy(logits, batches.labels))
        return meters.compute()

    @torch.no_grad()
    def _predict(self, model: nn.Module, batches: Batches) -> Tensor:
        with evaluating(model), self.fabric.autocast():
            logits = [model(batches.images(index)).float() for index in batches.cut(EVALUATION_BATCH)]
        return torch.cat(logits)

    def _batches(self, dataset: Dataset) -> Batches:
        if self.normalization is None:
            raise RuntimeError("this trainer has not seen a training set to normalize by: call fit first")
        return Batches(dataset, self.normalization, self.device)

    def _prepare(self, model: nn.Module, train: Dataset, valid: Dataset) -> tuple[Batches, Batches]:
        """Put data and model on the device and set every counter to where the run begins or goes on."""
        if train.class_names != valid.class_names:
            raise ValueError(f"train and valid must have the same classes, got {train} and {valid}")
        self.normalization = measure_normalization(train.images)
        batches, valid_batches = self._batches(train), self._batches(valid)
        model.to(self.device, memory_format=torch.channels_last)
        check_outputs(model, batches)
        # 16-bit floats are clipped only after unscaling, which a fused optimizer would do too late.
        optimizer = make_optimizer(self.recipe, model, fused=self.precision != "16-mixed")
        self.model, self.optimizer = self.fabric.setup(model, optimizer)
        self.shuffle = torch.Generator().manual_seed(self.recipe.seed)
        steps_per_epoch = math.ceil(len(batches.cut(self.recipe.batch_size)) / self.recipe.accumulate)
        self.total_steps = self.recipe.epochs * steps_per_epoch
        warmup = self.recipe.warmup_epochs * steps_per_epoch
        self.warmup_steps = max(1, round(warmup)) if warmup else 0
        self.epoch, self.step, self.lr, self.stop = 0, 0, 0.0, False
        self.history, self.fingerprint = History(), train.fingerprint
        if self._loaded is not None:
            self._restore(self._loaded)
        return batches, valid_batches

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
        """Write all that `load` needs to go on, between two epochs; the file is replaced in one move."""
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

"""The contenders of `training.py` that train: the Trainer, a bare loop, Lightning's Trainer and Keras's `fit`.

Run as a script it is one of them, with its settings as JSON. All train `small_vgg` with the same images, batch size,
optimizer, rate, precision and threads, and keep the running loss and accuracy of each epoch. The baselines are
written as their own documentation recommends; what that means stands at each.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from contenders import Turns

from course_lib.data import Dataset

LR, MOMENTUM, SEED = 0.02, 0.9, 0
KEPT_OUT = 10  # images to validate on, which only the Trainer asks for


def save_images(path: Path, dataset: Dataset) -> None:
    """Write what every contender reads, with each channel's mean and deviation, of pixels from 0 to 1."""
    from course_lib.training.normalization import measure_normalization

    arrays = {"images": dataset.images, "labels": dataset.labels, "names": np.array(dataset.class_names)}
    np.savez(path, **arrays, normalization=np.array(measure_normalization(dataset.images)))


def load_factors(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the scale and the shift of each channel, float32 (C,), that make normalized pixels of bytes."""
    with np.load(path) as file:
        mean, std = file["normalization"]
    return (1 / (255 * std)).astype("float32"), (-mean / std).astype("float32")


def load_images(path: str) -> tuple[Dataset, Dataset]:
    """Return the images to train with, and a few of them to validate on."""
    with np.load(path) as file:
        images, labels, names = file["images"], file["labels"], tuple(map(str, file["names"]))
    train = Dataset("images", "train", "Images", images, labels, names)
    return train, Dataset("images", "valid", "Images", images[:KEPT_OUT], labels[:KEPT_OUT], names)


def build_model(settings: dict[str, Any], num_classes: int):
    """Build `small_vgg`, with the same first weights for all who train with PyTorch.

    With "plain" it has no batch norm and no dropout, of which each of several processes would have its own.
    """
    import torch

    from course_lib.pytorch import build

    torch.set_num_threads(settings["threads"])
    torch.manual_seed(SEED)
    model = build("small_vgg", num_classes=num_classes)
    if settings.get("plain"):
        drawn = (torch.nn.BatchNorm2d, torch.nn.BatchNorm1d, torch.nn.Dropout)
        for module in list(model.modules()):
            for name, child in module.named_children():
                if isinstance(child, drawn):
                    setattr(module, name, torch.nn.Identity())
    return model


def trainer(settings: dict[str, Any], turns: Turns) -> None:
    """The course's Trainer."""
    import torch

    from course_lib.training import Callback, Recipe, Trainer

    class InTurn(Callback):
        """Makes each epoch wait for its turn; of several processes the first one is asked, and the others follow."""

        def wait(self, trainer: Trainer) -> None:
            if trainer.fabric.is_global_zero:
                turns.wait()
            trainer.fabric.barrier()
            self.began = time.perf_counter()

        def on_start(self, trainer: Trainer) -> None:
            self.wait(trainer)

        def on_epoch(self, trainer: Trainer, row: dict[str, float]) -> None:
            seconds = time.perf_counter() - self.began
            if trainer.fabric.is_global_zero:
                turns.reply(seconds=seconds, loss=row["loss"], accuracy=row["accuracy"])
            if trainer.epoch < trainer.recipe.epochs:
                self.wait(trainer)

    train, valid = load_images(settings["data"])
    model = build_model(settings, len(train.class_names))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    recipe = Recipe(
        epochs=settings["epochs"],
        lr=LR,
        momentum=MOMENTUM,
        batch_size=settings["batch_size"],
        schedule="constant",
        precision=settings["precision"],
        seed=SEED,
    )
    runner = Trainer(recipe, [InTurn()], device="cpu")
    runner.fit(model, train, valid)
    if "weights" in settings and runner.fabric.is_global_zero:
        torch.save({"before": before, "after": model.state_dict()}, settings["weights"])


def bare(settings: dict[str, Any], turns: Turns) -> None:
    """A loop by hand, with all that makes it fast: images as bytes in memory, one layout, a fused optimizer.

    It computes what the Trainer computes: with channels_last its losses are the Trainer's, but for rounding.
    """
    import torch
    from torch.nn import functional

    train, _ = load_images(settings["data"])
    model = build_model(settings, len(train.class_names))
    layout = torch.channels_last if settings["channels_last"] else torch.contiguous_format
    model.to(memory_format=layout).train()
    pixels = torch.tensor(train.images).permute(0, 3, 1, 2)  # (N, C, H, W), as bytes
    pixels = pixels.contiguous(memory_format=layout)
    labels = torch.tensor(train.labels)
    scale, shift = (torch.tensor(part)[:, None, None] for part in load_factors(settings["data"]))
    optimizer = torch.optim.SGD(model.parameters(), LR, MOMENTUM, nesterov=True, fused=True)
    shuffle = torch.Generator().manual_seed(SEED)
    torch.manual_seed(SEED)
    for _ in range(settings["epochs"]):
        turns.wait()
        began = time.perf_counter()
        loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for index in torch.randperm(len(labels), generator=shuffle).split(settings["batch_size"]):
            images, targets = pixels[index].float().mul_(scale).add_(shift), labels[index]
            with torch.autocast("cpu", torch.bfloat16, enabled=settings["precision"] == "bf16-mixed"):
                logits = model(images)
            logits = logits.float()
            loss = functional.cross_entropy(logits, targets)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            loss_sum += loss.detach() * len(index)
            correct += (logits.detach().argmax(1) == targets).sum()
        means = {"loss": loss_sum.item() / len(labels), "accuracy": correct.item() / len(labels)}
        turns.reply(seconds=time.perf_counter() - began, **means)


def lightning(settings: dict[str, Any], turns: Turns) -> None:
    """Lightning's Trainer: a LightningModule and a DataLoader over a TensorDataset of bytes.

    Batches become floats in `on_after_batch_transfer`; loss and accuracy are kept by `self.log` and torchmetrics once
    an epoch; logger, checkpoints, progress bar and model summary are off; the model is channels_last too. With
    "workers" so many processes load, and stay from epoch to epoch.
    """
    import torch
    from pytorch_lightning import Callback, LightningModule, Trainer
    from torch.nn import functional
    from torch.utils.data import DataLoader, TensorDataset
    from torchmetrics.classification import MulticlassAccuracy

    train, _ = load_images(settings["data"])
    num_classes = len(train.class_names)

    class Classifier(LightningModule):
        def __init__(self):
            super().__init__()
            self.net = build_model(settings, num_classes).to(memory_format=torch.channels_last)
            self.accuracy = MulticlassAccuracy(num_classes, average="micro", validate_args=False)
            scale, shift = (torch.tensor(part)[:, None, None] for part in load_factors(settings["data"]))
            self.register_buffer("scale", scale)
            self.register_buffer("shift", shift)

        def on_after_batch_transfer(self, batch, dataloader_idx):
            pixels, labels = batch
            return pixels.permute(0, 3, 1, 2).float().mul_(self.scale).add_(self.shift), labels

        def training_step(self, batch, batch_idx):
            images, labels = batch
            logits = self.net(images)
            loss = functional.cross_entropy(logits, labels)
            self.accuracy.update(logits, labels)
            self.log("loss", loss, on_step=False, on_epoch=True, batch_size=len(labels))
            self.log("accuracy", self.accuracy, on_step=False, on_epoch=True, batch_size=len(labels))
            return loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), LR, MOMENTUM, nesterov=True, fused=True)

    class InTurn(Callback):
        def on_train_epoch_start(self, trainer, module):
            turns.wait()
            self.began = time.perf_counter()

        def on_train_epoch_end(self, trainer, module):
            seconds = time.perf_counter() - self.began
            means = {name: trainer.callback_metrics[name].item() for name in ("loss", "accuracy")}
            turns.reply(seconds=seconds, **means)

    workers = settings["workers"]
    loader = DataLoader(
        TensorDataset(torch.tensor(train.images), torch.tensor(train.labels)),
        batch_size=settings["batch_size"],
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )
    quiet = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    Trainer(
        max_epochs=settings["epochs"],
        accelerator="cpu",
        devices=1,
        precision=settings["precision"],
        callbacks=[InTurn()],
        **dict.fromkeys(quiet, False),
    ).fit(Classifier(), loader)


def keras_fit(settings: dict[str, Any], turns: Turns) -> None:
    """Keras's `fit` on TensorFlow with the model's twin, fed by tf.data: cache, shuffle, batch, map, prefetch.

    Its precision is the global policy, float32 or mixed_bfloat16. jit_compile keeps its default, "auto", which on a CPU
    is off; on, an epoch took three times as long and more.
    """
    import keras
    import tensorflow

    from course_lib.keras_twins import build

    tensorflow.config.threading.set_intra_op_parallelism_threads(settings["threads"])
    tensorflow.config.threading.set_inter_op_parallelism_threads(settings["threads"])
    keras.mixed_precision.set_global_policy(
        "mixed_bfloat16" if settings["precision"] == "bf16-mixed" else "float32"
    )
    keras.utils.set_random_seed(SEED)
    train, _ = load_images(settings["data"])
    scale, shift = load_factors(settings["data"])

    def normalize(pixels, labels):
        return tensorflow.cast(pixels, "float32") * scale + shift, labels

    batches = tensorflow.data.Dataset.from_tensor_slices((train.images, train.labels)).cache()
    batches = batches.shuffle(len(train)).batch(settings["batch_size"])
    batches = batches.map(normalize, tensorflow.data.AUTOTUNE).prefetch(tensorflow.data.AUTOTUNE)

    class InTurn(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            turns.wait()
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds = time.perf_counter() - self.began
            compiled = bool(self.model.jit_compile)
            turns.reply(seconds=seconds, loss=logs["loss"], accuracy=logs["accuracy"], jit_compile=compiled)

    model = build("small_vgg", num_classes=len(train.class_names))
    model.compile(
        keras.optimizers.SGD(LR, MOMENTUM, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(batches, epochs=settings["epochs"], callbacks=[InTurn()], verbose=0)


CONTENDERS = {"trainer": trainer, "bare": bare, "lightning": lightning, "keras": keras_fit}

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    CONTENDERS[given["who"]](given, Turns())

"""Train one small network on real images as a `Setting` says, and return its columns; for `doctor_corpus.py`.

The loop is written here, because `Trainer` rightly stops at the first loss that is not a number, and the corpus needs
the curves of runs that nobody stopped.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from course_lib import data

POOLED = {"digits": 1, "fashion_mnist": 2, "cifar10": 2}  # images are averaged over such squares, for speed
FULL = {"digits": 1797, "fashion_mnist": 8000, "cifar10": 8000}


@dataclass(frozen=True)
class Setting:
    """All that decides a run, but for the seed."""

    pattern: str
    way: str  # how the pattern is brought about
    data: str = "digits"
    classes: int = 10
    train: int = 1000
    valid: int = 400
    hidden: tuple[int, ...] = (64,)  # units of each hidden layer, or channels of each convolution
    convolutional: bool = False
    activation: str = "relu"
    batch_norm: bool = False
    dropout: float = 0.0
    optimizer: str = "adam"
    lr: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "constant"  # or cosine, or rising
    batch: int = 64
    epochs: int = 30
    label_smoothing: float = 0.0
    smooth_valid: bool = (
        False  # whether the validation loss is smoothed too: Keras does it, our Trainer does not
    )
    wrong_labels: float = 0.0  # the share of training labels that are drawn anew
    input_noise: float = 0.0  # deviation of noise on the training images, drawn anew for each batch


@cache
def images(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images float32 (N, C, H, W) with mean 0 and deviation 1, and labels, all splits of `name` in random order."""
    if name == "digits":
        parts = [data.load(name, split) for split in ("train", "test")]
    else:
        parts = [data.load(name, limit=FULL[name])]
    x = torch.tensor(np.concatenate([part.images for part in parts])).permute(0, 3, 1, 2).float()
    x = nn.functional.avg_pool2d(x, POOLED[name])
    return (x - x.mean()) / x.std(), torch.tensor(np.concatenate([part.labels for part in parts]))


def make_sets(s: Setting, seed: int) -> tuple[torch.Tensor, ...]:
    """Training images and labels, validation images and labels."""
    torch.manual_seed(1000 + seed)
    x, y = images(s.data)
    kinds = torch.randperm(10)
    if s.way == "kinds left out":  # class 0 has kinds 0..4, class 1 the others; training sees four of five
        kind = torch.argsort(kinds)[y]
        known, y = kind % 5 < 4, (kind >= 5).long()
    else:
        keep = torch.isin(y, kinds[: s.classes])
        x, y = x[keep], torch.argsort(kinds)[y[keep]]
        known = torch.ones(len(y), dtype=torch.bool)
    order = torch.randperm(len(y))
    held = min(max(s.valid, 400) if s.way == "easy images" else s.valid, len(y) // 3)
    valid, rest = order[:held], order[held:]
    if s.way == "only easy images":
        rest = easiest(x, y, rest[-600:], rest[:-600], len(rest) // 5)
    train = rest[known[rest]][: s.train]
    if s.way == "easy images":
        valid = easiest(x, y, rest[-600:], valid, s.valid // 2)
    if s.way == "seen images":
        valid = train[: s.valid]
    return *spoil(s, x[train], y[train]), x[valid].clone(), y[valid].clone()


def easiest(x, y, teach, ask, count: int) -> torch.Tensor:
    """Those `count` images of `ask` that a linear model, taught on `teach`, is surest of."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(x[0].numel(), int(y.max()) + 1))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(40):
        nn.functional.cross_entropy(model(x[teach]), y[teach]).backward()
        optimizer.step()
        optimizer.zero_grad()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(model(x[ask]), y[ask], reduction="none")
    return ask[loss.argsort()[: max(count, 60)]]


def spoil(s: Setting, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Do to the training set what the setting asks."""
    x, y = x.clone(), y.clone()
    if s.way == "darker":
        x = x * 0.4 - 0.6
    if s.way == "shifted":
        x = x.roll((1, 1), (2, 3))
    if s.way == "blank images":
        x = torch.zeros_like(x)
    if s.wrong_labels:
        wrong = torch.rand(len(y)) < s.wrong_labels
        y[wrong] = torch.randint(s.classes, (int(wrong.sum()),))
    return x, y


def make_model(s: Setting, shape: torch.Size) -> nn.Module:
    """The network; dead units get a bias that no input lifts above zero."""
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[s.activation]
    layers: list[nn.Module] = []
    if s.convolutional:
        width = shape[0]
        for channels in s.hidden:
            norm = [nn.BatchNorm2d(channels)] if s.batch_norm else []
            layers += [
                nn.Conv2d(width, channels, 3, padding=1),
                *norm,
                activation(),
                nn.MaxPool2d(2),
                nn.Dropout(s.dropout),
            ]
            width = channels
        features = width * (shape[1] // 2 ** len(s.hidden)) * (shape[2] // 2 ** len(s.hidden))
        layers += [nn.Flatten()]
    else:
        layers, features = [nn.Flatten()], math.prod(shape)
        for units in s.hidden:
            norm = [nn.BatchNorm1d(units)] if s.batch_norm else []
            layers += [nn.Linear(features, units), *norm, activation(), nn.Dropout(s.dropout)]
            features = units
    model = nn.Sequential(*layers, nn.Linear(features, s.classes))
    if s.way == "dead units":
        for layer in list(model)[:-1]:
            if isinstance(layer, nn.Linear | nn.Conv2d):
                nn.init.constant_(layer.bias, -20)
    return model


def make_optimizer(s: Setting, model: nn.Module) -> torch.optim.Optimizer:
    """The optimizer; weight decay is the library's."""
    parameters, decay = model.parameters(), s.weight_decay
    if s.optimizer in ("sgd", "momentum", "nesterov"):
        momentum = 0.0 if s.optimizer == "sgd" else s.momentum
        return torch.optim.SGD(
            parameters, s.lr, momentum, weight_decay=decay, nesterov=s.optimizer == "nesterov"
        )
    make = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    make |= {"rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad}
    return make[s.optimizer](parameters, s.lr, weight_decay=decay)


def lr_factor(s: Setting, done: float) -> float:
    """What the schedule makes of the learning rate after the share `done` of all steps."""
    if s.schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done))
    return 10 ** (4 * done - 4) if s.schedule == "rising" else 1.0


def train(s: Setting, seed: int) -> dict[str, list[float]]:
    """The columns of a run: means over an epoch's batches as the weights change, then the validation set's."""
    x, y, x_valid, y_valid = make_sets(s, seed)
    torch.manual_seed(seed)
    model = make_model(s, x.shape[1:])
    optimizer = make_optimizer(s, model)
    columns: dict[str, list[float]] = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(s.epochs):
        model.train()
        total = correct = 0.0
        parts = torch.randperm(len(y)).split(s.batch)
        for i, part in enumerate(parts):
            if len(part) == 1:
                continue  # batch norm cannot take one example
            for group in optimizer.param_groups:
                group["lr"] = s.lr * lr_factor(s, (epoch + i / len(parts)) / s.epochs)
            batch = x[part] + s.input_noise * torch.randn_like(x[part]) if s.input_noise else x[part]
            logits = model(batch)
            loss = nn.functional.cross_entropy(logits, y[part], label_smoothing=s.label_smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(part)
            correct += (logits.argmax(1) == y[part]).sum().item()
        model.eval()
        with torch.no_grad():
            logits = model(x_valid)
            valid_loss = nn.functional.cross_entropy(
                logits, y_valid, label_smoothing=s.label_smoothing * s.smooth_valid
            ).item()
            valid_accuracy = (logits.argmax(1) == y_valid).float().mean().item()
        row = (total / len(y), correct / len(y), valid_loss, valid_accuracy)
        for values, value in zip(columns.values(), row, strict=True):
            values.append(value)
        if not math.isfinite(total) and epoch >= seed % 4 + 2:
            break  # somebody noticed
    return columns

"""Networks, data and recipes for the digits: healthy ones, and ones with a deliberate mistake."""

import dataclasses

import numpy as np
import torch
from torch import nn

from course_lib import data
from course_lib.architectures.vgg import VGGSpec
from course_lib.data.splits import shuffled
from course_lib.pytorch.vgg import build_vgg
from course_lib.training import Recipe, Trainer

RECIPE = Recipe(epochs=5, lr=0.05)
TRAIN, VALID = (data.load("digits", split=split) for split in ("train", "test"))
VGG = VGGSpec(((6,), (8,)), 16, 0.1, 0.2, params=0, image_size=8, num_classes=10)


def mlp(seed, activation=nn.ReLU):
    """Dense layers for the digits, He's weights before each activation."""
    torch.manual_seed(seed)
    layers = [nn.Linear(64, 64), activation(), nn.Linear(64, 64), activation(), nn.Linear(64, 10)]
    for layer in layers[:4:2]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return nn.Sequential(nn.Flatten(), *layers)


def vgg(seed):
    torch.manual_seed(seed)
    return build_vgg(VGG, in_channels=1)


class Residual(nn.Module):
    """A block that begins as the identity, because the last scale is zero, with one in-place ReLU used twice."""

    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        nn.init.zeros_(self.norm2.weight)

    def forward(self, x):
        return self.relu(x + self.norm2(self.conv2(self.relu(self.norm1(self.conv1(x))))))


def resnet(seed):
    torch.manual_seed(seed)
    stem = [nn.Conv2d(1, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(inplace=True)]
    return nn.Sequential(*stem, Residual(6), Residual(6), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(24, 10))


def trained(build, seed, **recipe):
    model = build(seed)
    Trainer(Recipe(**{"epochs": 4, "lr": 0.05, "seed": seed} | recipe), device="cpu").fit(model, TRAIN, VALID)
    return model


def tensors(dataset, scale=1.0, shift=0.0):
    """Images times `scale` plus `shift`, and labels."""
    images = torch.tensor(dataset.images).permute(0, 3, 1, 2).float() * scale + shift
    return images, torch.tensor(dataset.labels)


NORMAL = {"scale": 1 / 255 / 0.376, "shift": -0.305 / 0.376}  # the digits' mean and deviation
IMAGES, LABELS = tensors(VALID, **NORMAL)


def accuracy(model):
    """An evaluation as it should be."""
    was_training = model.training
    model.eval()
    with torch.no_grad():
        right = (model(IMAGES).argmax(1) == LABELS).float().mean().item()
    model.train(was_training)
    return right


def forgetful_accuracy(model):
    """The same without evaluation mode."""
    with torch.no_grad():
        return (model(IMAGES).argmax(1) == LABELS).float().mean().item()


HEALTHY = {
    "dense": (mlp, RECIPE),
    "small VGG": (vgg, RECIPE),
    "dense, tanh": (lambda seed: mlp(seed, nn.Tanh), RECIPE),
    "dense, Adam": (mlp, Recipe(epochs=5, lr=0.001, optimizer="adam")),
    "residual": (resnet, Recipe(epochs=5, lr=0.2, warmup_epochs=1)),
    "trained dense": (lambda seed: trained(mlp, seed), RECIPE),
    "trained VGG": (lambda seed: trained(vgg, seed), RECIPE),
}


def relabeled(labels):
    return dataclasses.replace(TRAIN, labels=labels)


def some_rows(rows, split="train"):
    return dataclasses.replace(TRAIN, split=split, images=TRAIN.images[rows], labels=TRAIN.labels[rows])


def imbalanced(seed):
    kept = (TRAIN.labels == seed) | (np.arange(len(TRAIN)) % 14 == 0)
    return {"data": some_rows(kept)}


def with_copies(seed):
    rows = shuffled(len(TRAIN), seed)[:5]
    images = np.concatenate([VALID.images, TRAIN.images[rows]])
    labels = np.concatenate([VALID.labels, TRAIN.labels[rows]])
    return {"valid": dataclasses.replace(VALID, images=images, labels=labels)}


def frozen_layer(seed):
    model = mlp(seed)
    model[3].requires_grad_(False)
    return {"model": model}


def detached_layer(seed):
    class Detached(nn.Sequential):
        def forward(self, x):
            for number, layer in enumerate(self):
                x = layer(x.detach() if number == 3 else x)
            return x

    return {"model": Detached(*mlp(seed))}


def dead_relus(seed):
    model = mlp(seed)
    nn.init.constant_(model[1].bias, -30.0)
    return {"model": model}


def raw_pixels(scale):
    return lambda seed: {"data": tensors(TRAIN, scale), "valid": tensors(VALID, scale)}


def other_scale_in_validation(seed):
    return {"data": tensors(TRAIN, **NORMAL), "valid": tensors(VALID, 1 / 255)}


def large_weights(seed):
    model = mlp(seed, nn.Tanh)
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(8)
    return {"model": model}


def deep_sigmoid(seed):
    torch.manual_seed(seed)
    middle = [layer for _ in range(7) for layer in (nn.Linear(64, 64), nn.Sigmoid())]
    return {"model": nn.Sequential(nn.Flatten(), *middle, nn.Linear(64, 10))}


def trailing_statistics(seed):
    def slow(seed):
        model = vgg(seed)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.momentum = 1e-4
        return model

    return {"model": trained(slow, seed, lr=0.2)}


def rate(lr, **values):
    return lambda seed: {"recipe": Recipe(epochs=5, lr=lr, **values)}


BLIND = {
    "gradient flow",
    "activation deviations",
    "frozen parameters",
    "overfit one batch",
    "labels and images",
}
# what is broken: how, the probe that names it, its verdict, and what may follow from it
BROKEN = {
    "labels shuffled": (
        lambda seed: {"data": relabeled(TRAIN.labels[shuffled(len(TRAIN), seed)])},
        "labels and images",
        "wrong",
        set(),
    ),
    "labels shifted by a row": (
        lambda seed: {"data": relabeled(np.roll(TRAIN.labels, 1))},
        "labels and images",
        "wrong",
        set(),
    ),
    "evaluation mode forgotten, batch norm": (
        lambda seed: {"model": vgg(seed), "evaluate": forgetful_accuracy},
        "evaluation mode",
        "wrong",
        set(),
    ),
    "evaluation mode forgotten, dropout": (
        lambda seed: {"model": nn.Sequential(nn.Dropout(0.3), mlp(seed)), "evaluate": forgetful_accuracy},
        "evaluation mode",
        "wrong",
        {"activation deviations"},
    ),
    "layer frozen": (frozen_layer, "frozen parameters", "look", set()),
    "layer cut off": (detached_layer, "frozen parameters", "wrong", {"gradient flow"}),
    "pixels 0..255": (
        raw_pixels(1.0),
        "input normalization",
        "wrong",
        {"activation deviations", "first loss", "learning rate", "overfit one batch"},
    ),
    "pixels 0..1": (raw_pixels(1 / 255), "input normalization", "look", set()),
    "validation in another scale": (other_scale_in_validation, "input normalization", "wrong", set()),
    "learning rate too high": (rate(3.0), "learning rate", "wrong", set()),
    "Adam's learning rate too high": (rate(1.0, optimizer="adam"), "learning rate", "wrong", set()),
    "learning rate too low": (rate(1e-5), "learning rate", "look", set()),
    "dead ReLUs": (dead_relus, "dead units", "wrong", BLIND),
    "copies across splits": (with_copies, "copies across splits", "wrong", set()),
    "classes imbalanced": (imbalanced, "label balance", "wrong", set()),
    "softmax in the model": (
        lambda seed: {"model": nn.Sequential(mlp(seed), nn.Softmax(1))},
        "outputs",
        "wrong",
        {"overfit one batch", "learning rate"},
    ),
    "saturated units": (
        large_weights,
        "saturated units",
        "wrong",
        {"activation deviations", "first loss", "learning rate"},
    ),
    "vanishing gradient": (
        deep_sigmoid,
        "gradient flow",
        "wrong",
        {"activation deviations", "overfit one batch", "labels and images", "learning rate"},
    ),
    "running statistics trail": (trailing_statistics, "train and eval mode", "wrong", set()),
    "too few outputs used": (
        lambda seed: {"data": some_rows(TRAIN.labels < 8), "valid": None},
        "label range",
        "look",
        set(),
    ),
}

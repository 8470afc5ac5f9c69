"""The book's experiments: each a few lines that say which model learns what from which data, and how.

A name with a stroke, such as "ladder/relu", belongs to the comparison before the stroke, whose members differ in
one thing each. `course_lib.recording` runs and records them. Nothing here loads a framework.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from course_lib.architectures.ladder import stages
from course_lib.data.augmentation import Augmentation
from course_lib.suggest import suggest
from course_lib.training.recipe import Recipe

__all__ = ["EXPERIMENTS", "Experiment", "Slices", "Transfer", "find", "members"]


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Begin with published weights and a new head. With `warm_up` the head alone learns by that recipe first.

    In the main recipe the `last` stages of the model learn, 1 for the head alone; batch norms stay as published.
    """

    warm_up: Recipe | None = None
    last: int = 1


@dataclass(frozen=True, kw_only=True)
class Slices:
    """Record the loss around the trained weights, on a square and a line of so many `points` along each direction.

    The square goes from −span to span along two random directions, scaled filter by filter and drawn with `seed`; the
    loss is that of the first `images` of the training split.
    """

    images: int = 256
    span: float = 1.0
    points: int = 25
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A named experiment: `model` learns `dataset` by `recipe`, once with each of `seeds`.

    The seed decides the first weights, the order of the examples, dropout and augmentation. `images` takes so many
    images of the training split, the classes in equal numbers; `hold_out` is the share of them kept for validation.
    Both are the same ones each time. A data set published with a validation set keeps that: `hold_out` is None. With
    report "test" the test set is used once per seed, at the end; what only compares recipes reports the validation
    set of the last epoch, and leaves the test set alone. `transfer` begins with published weights, in place of
    random ones. With `slices`, the loss around the trained weights is recorded, too.
    """

    name: str
    title: str
    dataset: str
    model: str
    recipe: Recipe
    seeds: tuple[int, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)  # of the model's row in the tables
    images: int | None = None
    hold_out: float | None = 0.1
    report: Literal["test", "valid"] = "test"
    transfer: Transfer | None = None
    slices: Slices | None = None


def _comparison(
    base: Experiment, steps: Mapping[str, tuple[str, dict, dict]], climb: bool = False
) -> tuple[Experiment, ...]:
    """Return a member `base.name/step` for each step: its title and what it changes of the model and the recipe.

    With `climb` each member keeps what the members before it have changed.
    """
    found, model, recipe = [], dict(base.changes), {}
    for name, (title, of_model, of_recipe) in steps.items():
        of_model, of_recipe = model | of_model, recipe | of_recipe
        if climb:
            model, recipe = of_model, of_recipe
        found.append(
            replace(
                base,
                name=f"{base.name}/{name}",
                title=title,
                changes=of_model,
                recipe=replace(base.recipe, **of_recipe),
            )
        )
    return tuple(found)


_FIRST = (
    Experiment(
        name="first-cnn",
        title="A small VGG on CIFAR-10",
        dataset="cifar10",
        model="small_vgg",
        recipe=Recipe(epochs=8, lr=0.05, weight_decay=5e-4, warmup_epochs=1, precision="auto"),
        seeds=(0,),  # a few minutes on two cores; more seeds belong to experiments that compare
    ),
    Experiment(
        name="first-cnn-digits",
        title="A small VGG on handwritten digits",
        dataset="digits",
        model="small_vgg",
        recipe=Recipe(epochs=5, lr=0.05, batch_size=64, weight_decay=5e-4, warmup_epochs=1),
        seeds=(0, 1, 2),
        hold_out=0.2,
    ),
)

_NOISE = Augmentation(noise=0.01, noise_share=0.5)
_FLIP = replace(_NOISE, flip=0.5)
_CROP = replace(_FLIP, resized_crop=0.6)

_LADDER_BASE = Experiment(
    name="ladder",
    title="",
    dataset="cifar10",
    model="plain_cnn",
    recipe=Recipe(epochs=15, lr=0.002, optimizer="adamw", warmup_epochs=1, precision="auto"),
    seeds=(0,),
    images=25_000,
    hold_out=0.2,
    report="valid",
)
_LADDER = _comparison(
    _LADDER_BASE,
    {
        "start": (
            "Sigmoid, pixels 0 to 1",
            {"activation": "sigmoid", "stages": stages(1)},
            {"inputs": "unit"},
        ),
        "standardize": ("Inputs standardized", {}, {"inputs": "standardized"}),
        "relu": ("ReLU instead of sigmoid", {"activation": "relu"}, {}),
        "deeper": ("Six convolutions instead of three", {"stages": stages(2)}, {}),
        "he": ("He initialization", {"initializer": "he_normal"}, {}),
        "batch-norm": ("Batch norm", {"norm": "batch"}, {}),
        "skips": ("Skip connections", {"skips": True}, {}),
        "noise": ("Noise on half of the images", {}, {"augment": _NOISE}),
        "dropout": ("Dropout 0.1", {"dropout": 0.1}, {}),
        "weight-decay": ("Weight decay 0.05", {}, {"weight_decay": 0.05}),
        "flip": ("Random left-right flips", {}, {"augment": _FLIP}),
        "crop": ("Random crops, resized", {}, {"augment": _CROP}),
    },
    climb=True,
)
# Two ways on from the last rung; what follows instance norm would begin from less than it had.
_TOP = _comparison(
    replace(_LADDER_BASE, changes=_LADDER[-1].changes, recipe=_LADDER[-1].recipe),
    {
        "instance-norm": ("Instance norm instead of batch norm", {"norm": "instance"}, {}),
        "wider": ("Twice as many channels", {"stages": stages(2, width=32), "hidden_units": 256}, {}),
    },
)
_BEST = replace(
    _TOP[-1],
    name="cifar10-best",
    title="The top of the ladder, on all of CIFAR-10",
    recipe=replace(_TOP[-1].recipe, epochs=20),
    images=None,
    hold_out=0.02,
    report="test",
)

_DEEP = replace(
    _LADDER_BASE,
    name="depth",
    recipe=Recipe(epochs=12, lr=0.001, optimizer="adam", warmup_epochs=1, precision="auto"),
    images=12_500,
)
_DEPTH = _comparison(
    _DEEP,
    {
        "sigmoid-3": ("3 convolutions, sigmoid", {"activation": "sigmoid", "stages": stages(1)}, {}),
        "sigmoid-6": ("6 convolutions, sigmoid", {"activation": "sigmoid", "stages": stages(2)}, {}),
        "sigmoid-12": ("12 convolutions, sigmoid", {"activation": "sigmoid", "stages": stages(4)}, {}),
        "relu-6": ("6 convolutions, ReLU", {"stages": stages(2)}, {}),
        "relu-12": ("12 convolutions, ReLU", {"stages": stages(4)}, {}),
        "relu-24": ("24 convolutions, ReLU", {"stages": stages(8)}, {}),
    },
)
_FIXES = _comparison(
    replace(
        _DEEP, name="fixes", changes={"stages": stages(8, width=8)}, recipe=replace(_DEEP.recipe, epochs=8)
    ),
    {
        "none": ("24 convolutions, ReLU, pixels 0 to 1", {}, {"inputs": "unit"}),
        "standardize": ("Inputs standardized", {}, {}),
        "he": ("He initialization", {"initializer": "he_normal"}, {"inputs": "unit"}),
        "batch-norm": ("Batch norm", {"norm": "batch"}, {"inputs": "unit"}),
        "skips": ("Skip connections", {"skips": True}, {"inputs": "unit"}),
        "all": ("All four", {"initializer": "he_normal", "norm": "batch", "skips": True}, {}),
    },
)
_OPTIMIZERS = _comparison(
    replace(
        _LADDER_BASE,
        name="optimizers",
        changes={"stages": stages(1)},
        recipe=replace(_LADDER_BASE.recipe, epochs=8, lr=0.02, optimizer="sgd"),
        images=12_500,
    ),
    {
        "sgd": ("Gradient descent", {}, {"momentum": 0.0, "nesterov": False, "lr": 0.1}),
        "momentum": ("Momentum 0.9", {}, {"nesterov": False}),
        "nesterov": ("Nesterov momentum 0.9", {}, {}),
        "adagrad": ("AdaGrad", {}, {"optimizer": "adagrad", "lr": 0.01}),
        "rmsprop": ("RMSProp", {}, {"optimizer": "rmsprop", "lr": 0.001}),
        "adam": ("Adam", {}, {"optimizer": "adam", "lr": 0.001}),
        "adamw": ("AdamW, weight decay 0.01", {}, {"optimizer": "adamw", "lr": 0.001, "weight_decay": 0.01}),
    },
)
# Few images and a network with room: it overfits, so there is something to regularize.
_OVERFITTING = replace(
    _LADDER_BASE,
    changes={"initializer": "he_normal"},
    recipe=replace(_LADDER_BASE.recipe, epochs=12),
    images=12_500,
)
_REGULARIZATION = _comparison(
    replace(_OVERFITTING, name="regularization"),
    {
        "none": ("No regularization", {}, {}),
        "dropout": ("Dropout 0.3", {"dropout": 0.3}, {}),
        "l1": ("L1 penalty 0.00002", {}, {"l1": 2e-5}),
        "l2": ("L2 penalty 0.001", {}, {"l2": 1e-3}),
        "label-smoothing": ("Label smoothing 0.1", {}, {"label_smoothing": 0.1}),
        "mixup": ("Mixup, alpha 0.2", {}, {"mixup": 0.2}),
    },
)
_AUGMENTATION = _comparison(
    replace(_OVERFITTING, name="augmentation", changes={"initializer": "he_normal", "norm": "batch"}),
    {
        "none": ("No augmentation", {}, {}),
        "noise": ("Noise on half of the images", {}, {"augment": _NOISE}),
        "flip": ("Left-right flips", {}, {"augment": Augmentation(flip=0.5)}),
        "shift": ("Random crops after padding by 4", {}, {"augment": Augmentation(crop=4)}),
        "affine": (
            "Rotation, shear and zoom",
            {},
            {"augment": Augmentation(rotation=10, shear=5, zoom=0.1, fill="reflect")},
        ),
        "colors": (
            "Brightness and channel shifts",
            {},
            {"augment": Augmentation(brightness=0.3, channel_shift=0.1)},
        ),
        "cutout": ("Cutout of 8 x 8 pixels", {}, {"augment": Augmentation(cutout=8)}),
        "upside-down": ("Rotation by any angle", {}, {"augment": Augmentation(rotation=180)}),
    },
)
_NORMS = _comparison(
    replace(_OVERFITTING, name="norms"),
    {
        name: (title, {"norm": name}, {})
        for name, title in {
            "none": "No norm",
            "batch": "Batch norm",
            "layer": "Layer norm",
            "instance": "Instance norm",
            "group": "Group norm, 8 groups",
        }.items()
    },
)
_INITIALIZATION = _comparison(
    Experiment(
        name="init",
        title="",
        dataset="digits",
        model="plain_cnn",
        recipe=Recipe(epochs=20, lr=0.05, batch_size=64, warmup_epochs=2, clip_norm=1.0),
        seeds=(0, 1, 2),
        hold_out=0.2,
        report="valid",
    ),
    {
        f"{initializer.partition('_')[0]}-{activation}-{3 * depth}": (
            f"{initializer}, {activation}, {3 * depth} convolutions",
            {"initializer": initializer, "activation": activation, "stages": stages(depth, width=8)},
            {},
        )
        for initializer in ("small_normal", "xavier_uniform", "he_normal")
        for activation in ("sigmoid", "tanh", "relu")
        for depth in (1, 4, 8)
    },
)
_HEAD = Recipe(
    epochs=10, lr=0.01, batch_size=64, inputs="bytes", augment=Augmentation(flip=0.5), precision="auto"
)
_FLOWERS = Experiment(
    name="transfer",
    title="",
    dataset="flowers",
    model="efficientnet_lite0",
    recipe=_HEAD,
    seeds=(0, 1, 2),
    hold_out=None,
)
_TRANSFER = (
    replace(
        _FLOWERS,
        name="transfer/frozen",
        title="Only the new head learns",
        transfer=Transfer(),
    ),
    replace(
        _FLOWERS,
        name="transfer/unfrozen",
        title="The head learns for 5 epochs, then the last stages too, at a fifth of its rate",
        transfer=Transfer(warm_up=replace(_HEAD, epochs=5), last=5),
        recipe=replace(_HEAD, epochs=5, lr=_HEAD.lr / 5, weight_decay=1e-4, warmup_epochs=0.5),
    ),
    replace(
        _FLOWERS,
        name="transfer/scratch",
        title="Random weights, no transfer",
        recipe=replace(_HEAD, lr=0.05, weight_decay=1e-4, warmup_epochs=1, inputs="standardized"),
    ),
    replace(
        _FLOWERS,
        name="transfer/norms-in-training-mode",
        title="Only the new head learns, but batch norm goes on counting",
        transfer=Transfer(),
        recipe=replace(_HEAD, frozen_norms="train"),
    ),
)
_LANDSCAPE = _comparison(
    Experiment(
        name="landscape",
        title="",
        dataset="digits",
        model="plain_cnn",
        recipe=Recipe(epochs=20, lr=0.03, batch_size=64, weight_decay=5e-4, warmup_epochs=2, clip_norm=1.0),
        seeds=(0,),
        changes={"initializer": "he_normal", "norm": "batch"},
        hold_out=0.2,
        report="valid",
        slices=Slices(),
    ),
    {
        f"{kind}-{3 * depth}": (
            f"{3 * depth} convolutions, {'skip connections' if kind == 'skips' else 'no skips'}",
            {"skips": kind == "skips", "stages": stages(depth, width=8)},
            {},
        )
        for depth in (2, 8, 16)
        for kind in ("plain", "skips")
    },
)
_ALL = (
    *_FIRST,
    *_LADDER,
    *_TOP,
    _BEST,
    *_DEPTH,
    *_FIXES,
    *_OPTIMIZERS,
    *_REGULARIZATION,
    *_AUGMENTATION,
    *_NORMS,
    *_INITIALIZATION,
    *_TRANSFER,
    *_LANDSCAPE,
)
EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}


def members(name: str) -> list[Experiment]:
    """Return the experiment `name`, or all members of the comparison `name` in their order.

    Raises:
        ValueError: if there is none; the message names similar ones.
    """
    group = [experiment for key, experiment in EXPERIMENTS.items() if key.startswith(f"{name}/")]
    return group or [find(name)]


def find(name: str) -> Experiment:
    """Return the experiment `name`.

    Raises:
        ValueError: if there is none; the message names similar ones.
    """
    if name in EXPERIMENTS:
        return EXPERIMENTS[name]
    known = list(dict.fromkeys([*EXPERIMENTS, *(key.partition("/")[0] for key in EXPERIMENTS)]))
    groups = list(dict.fromkeys(key.partition("/")[0] for key in EXPERIMENTS))
    hint = suggest(name, known, otherwise=f"there are {', '.join(groups)}")
    raise ValueError(f"no experiment is called {name!r}: {hint}")

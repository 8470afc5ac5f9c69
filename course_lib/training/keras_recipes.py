"""From a recipe to a Keras run: the same recipe, weights and batches give the same losses as on PyTorch's side.

`make_optimizer` and `make_loss` are for `model.compile`; `fit` does all that `Trainer.fit` does, by `model.fit`.
How Keras differs and what is done about it stands in `keras_optimizers`.
"""

import math
import time
from collections.abc import Iterable

import keras
import numpy as np

from course_lib.data import Dataset
from course_lib.training.history import History
from course_lib.training.keras_optimizers import SGD, Adagrad, Adam, RecipeSchedule, RMSprop
from course_lib.training.normalization import Normalization, normalization_of
from course_lib.training.recipe import Recipe
from course_lib.training.schedules import learning_rates

__all__ = ["KerasBatches", "fit", "make_loss", "make_optimizer", "normalize"]

EVALUATION_BATCH = 512  # images; a matter of memory only


def check_recipe(recipe: Recipe) -> None:
    """Refuse what this side cannot do.

    Raises:
        ValueError: for what Keras does elsewhere, or not at all; the message says what to do.
    """
    if recipe.augment is not None:
        raise ValueError(
            "augment is carried out by course_lib.pytorch: with Keras set augment=None and begin the model with "
            "layers such as keras.layers.RandomFlip('horizontal')"
        )
    if recipe.precision != "32-true":
        raise ValueError(
            f"Keras decides on the precision when a model is built, so precision={recipe.precision!r} would come too "
            "late: set precision='32-true' and call keras.mixed_precision.set_global_policy before you build"
        )
    if recipe.layer_decay != 1 or recipe.frozen_norms != "eval":
        raise ValueError(
            "Keras has one learning rate for all layers, and keeps the statistics of frozen norms: set layer_decay=1 "
            f"and frozen_norms='eval', got {recipe.layer_decay:g} and {recipe.frozen_norms!r}"
        )
    if recipe.schedule == "plateau" and recipe.warmup_epochs:
        raise ValueError(
            "Keras cannot lower a rate that follows a schedule, so schedule='plateau' needs warmup_epochs=0, got "
            f"{recipe.warmup_epochs:g}"
        )


def make_optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """Build the recipe's optimizer; `steps_per_epoch` counts its steps, each of `accumulate` batches.

    It does the clipping, accumulation, weight decay and penalties of the recipe too. The penalties l1 and l2 go into
    the gradients of matrices and kernels rather than into layers as a `kernel_regularizer`, so the losses that Keras
    reports are without them, and the model is left as it was built. Accumulation gives the batches of a step equal
    weight; on PyTorch's side a shorter last batch counts for less.

    Raises:
        ValueError: if the recipe asks for what Keras cannot do, or there is no step in an epoch.
    """
    check_recipe(recipe)
    if steps_per_epoch < 1:
        raise ValueError(f"steps_per_epoch must be at least 1, got {steps_per_epoch!r}")
    settable = recipe.schedule in ("constant", "plateau") and not recipe.warmup_epochs
    decoupled = recipe.optimizer == "adamw" and recipe.weight_decay
    options = {
        "learning_rate": recipe.lr if settable else RecipeSchedule(recipe, steps_per_epoch),
        "l1": recipe.l1,
        "l2": recipe.l2,
        "weight_decay": recipe.weight_decay if decoupled else None,
        "decay_in_gradient": 0.0 if decoupled else recipe.weight_decay,
        "global_clipnorm": recipe.clip_norm,  # Keras's `clipnorm` would clip each weight's gradient by itself
        "clipvalue": recipe.clip_value,
        "gradient_accumulation_steps": recipe.accumulate if recipe.accumulate > 1 else None,
    }
    match recipe.optimizer:
        case "sgd":
            return SGD(momentum=recipe.momentum, nesterov=recipe.nesterov, **options)
        case "adam" | "adamw":
            return Adam(epsilon=1e-8, **options)
        case "rmsprop":
            return RMSprop(rho=0.99, epsilon=1e-8, **options)
        case "adagrad":
            return Adagrad(initial_accumulator_value=0.0, epsilon=1e-10, **options)


def make_loss(recipe: Recipe) -> keras.losses.Loss:
    """Return the cross-entropy of probabilities (B, M) and logits (B, M), with the recipe's label smoothing.

    Smoothing makes (1 - a) * y + a / M of the probabilities y, as in PyTorch.
    """
    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing)


def normalize(images: np.ndarray, normalization: Normalization) -> np.ndarray:
    """Make what a model takes, float32 (N, H, W, C), of bytes (N, H, W, C)."""
    mean, std = np.array(normalization)
    return images * (1 / (255 * std)).astype("float32") + (-mean / std).astype("float32")


class KerasBatches(keras.utils.PyDataset):
    """A data set as `model.fit`, `evaluate` and `predict` take it: images (B, H, W, C) and probabilities (B, M).

    Bytes become floats batch by batch. With a `seed` every epoch has an order of its own, which follows from the
    seed and the epoch alone; without one the order is that of the data set. The last batch holds what is left; a
    single image left over joins the batch before it, because batch norm cannot train on one example.

    With `mixup` above 0 each image and its label are blended with another of the batch: see
    `course_lib.pytorch.augmentation.mixup`. Here λ is the larger of λ and 1 - λ, which gives the same blends, so that
    the label with the larger share is the first one.
    """

    def __init__(
        self,
        dataset: Dataset,
        normalization: Normalization,
        batch_size: int = EVALUATION_BATCH,
        seed: int | None = None,
        mixup: float = 0.0,
    ):
        super().__init__()
        self.dataset, self.normalization, self.batch_size = dataset, normalization, batch_size
        self.seed, self.mixup, self.epoch = seed, mixup, 0
        self.parts = self._cut()

    def _cut(self) -> list[np.ndarray]:
        count = len(self.dataset)
        order = np.arange(count)
        if self.seed is not None:
            order = np.random.default_rng((self.seed, self.epoch)).permutation(count)
        starts = list(range(self.batch_size, count, self.batch_size))
        if starts and count - starts[-1] < min(2, self.batch_size):
            starts.pop()
        return np.split(order, starts)

    def on_epoch_begin(self) -> None:
        """Shuffle; Keras calls this before it reads an epoch's first batch, and also once an evaluation."""
        self.parts = self._cut()
        self.epoch += 1

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.parts[index]
        images = normalize(self.dataset.images[rows], self.normalization)
        targets = np.eye(len(self.dataset.class_names), dtype="float32")[self.dataset.labels[rows]]
        if self.mixup == 0:
            return images, targets
        draws = np.random.default_rng((self.seed or 0, self.epoch, index))
        share = draws.beta(self.mixup, self.mixup)
        share, partner = np.float32(max(share, 1 - share)), draws.permutation(len(rows))
        images, targets = (share * both + (1 - share) * both[partner] for both in (images, targets))
        return images, targets


class EpochRow(keras.callbacks.Callback):
    """Makes Keras's log of an epoch a row as `Trainer.fit` writes it; the callbacks after it see the same.

    Keras validates with the loss it trains with, label smoothing included: val_loss becomes the plain cross-entropy.
    """

    def __init__(self, recipe: Recipe, steps_per_epoch: int):
        super().__init__()
        self.recipe, self.rates = recipe, learning_rates(recipe, steps_per_epoch)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Start the clock."""
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Change the log in place.

        Raises:
            FloatingPointError: when the loss is no longer a number.
        """
        optimizer = self.model.optimizer
        step = int(optimizer.iterations)
        follows = self.recipe.schedule != "plateau"
        lr = self.rates[step - 1] if follows else float(optimizer.learning_rate.numpy())
        if not math.isfinite(logs["loss"]):
            raise FloatingPointError(
                f"the loss is {logs['loss']} in epoch {epoch + 1} of {self.recipe.epochs}, learning rate {lr:g}: "
                f"try an lr below {self.recipe.lr:g}, a longer warmup_epochs, or clip_norm=1.0"
            )
        del logs["cross_entropy"]
        logs["val_loss"] = logs.pop("val_cross_entropy")
        logs["learning_rate"] = lr
        logs["seconds"] = time.perf_counter() - self.began


def fit(
    model: keras.Model,
    recipe: Recipe,
    train: Dataset,
    valid: Dataset,
    callbacks: Iterable[keras.callbacks.Callback] = (),
) -> History:
    """Train `model` in place, validate after every epoch, and return one row per epoch, as `Trainer.fit` does.

    The model is compiled anew. Images are normalized with the mean and deviation of each channel of the training set:
    `KerasBatches(test, normalization_of(train.images, recipe.inputs))` is what `model.predict` and
    `model.evaluate` take afterwards. The training loss has label smoothing and mixup but not the penalties; the
    validation loss is plain cross-entropy. The same recipe, first weights and data give the same result on a CPU. For
    that the seeds of Python, NumPy and TensorFlow are set, and every random generator in the model, such as that of a
    dropout layer.

    The order of the images and random numbers are not those of PyTorch, and batch norm's running variance
    is the biased one in Keras.

    Raises:
        ValueError: if model, data and recipe do not fit together, or the recipe asks for what Keras cannot do.
        FloatingPointError: when the loss is no longer a number.
    """
    check_recipe(recipe)
    if train.class_names != valid.class_names:
        raise ValueError(f"train and valid must have the same classes, got {train} and {valid}")
    normalization = normalization_of(train.images, recipe.inputs)
    batches = KerasBatches(train, normalization, recipe.batch_size, recipe.seed, recipe.mixup)
    check_model(model, normalize(train.images[:1], normalization), len(train.class_names))
    if len(batches) % recipe.accumulate:
        raise ValueError(
            f"accumulate={recipe.accumulate} must divide the {len(batches)} batches of an epoch, because Keras carries "
            "a step that is not complete over to the next epoch: choose another batch_size"
        )
    steps_per_epoch = len(batches) // recipe.accumulate
    set_seeds(model, recipe.seed)
    metrics = [
        keras.metrics.CategoricalAccuracy(name="accuracy"),
        keras.metrics.CategoricalCrossentropy(from_logits=True, name="cross_entropy"),
    ]
    model.compile(make_optimizer(recipe, steps_per_epoch), make_loss(recipe), metrics=metrics)
    lowers = []
    if recipe.schedule == "plateau":
        when = {"patience": recipe.decay_patience, "min_delta": 0, "min_lr": 0, "mode": "min"}
        lowers = [keras.callbacks.ReduceLROnPlateau("val_loss", recipe.decay_factor, **when)]
    history = model.fit(
        batches,
        validation_data=KerasBatches(valid, normalization),
        epochs=recipe.epochs,
        shuffle=False,  # the batches are shuffled already; Keras would shuffle which comes when
        callbacks=[EpochRow(recipe, steps_per_epoch), *lowers, *callbacks],
        verbose=0,
    )
    return History.from_keras(history)


def check_model(model: keras.Model, image: np.ndarray, num_classes: int) -> None:
    """Run an image (1, H, W, C) through the model.

    Raises:
        ValueError: if the model cannot take it, has nothing to train, or does not give a logit for each class.
    """
    _, height, width, channels = image.shape
    try:
        outputs = keras.ops.convert_to_numpy(model(image, training=False))
    except ValueError as error:
        raise ValueError(
            f"the model fails on the first image, {height}x{width} pixels with {channels} channels: "
            f"build it with in_channels={channels}, image_size={height}"
        ) from error
    if outputs.shape != (1, num_classes):
        raise ValueError(
            f"the model must give {num_classes} numbers for an image, one for each class, got shape "
            f"{outputs.shape}: build it with num_classes={num_classes}"
        )
    if outputs.min() >= 0 and abs(outputs.sum() - 1) < 1e-5:
        raise ValueError(
            "the model gives probabilities, but the loss takes logits: leave out the last softmax"
        )
    if not model.trainable_variables:
        raise ValueError("the model has no trainable weights: is every `trainable` False?")


def set_seeds(model: keras.Model, seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, and the generator of each layer of the model that has one."""
    keras.utils.set_random_seed(seed)
    for number, layer in enumerate(model._flatten_layers()):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            generator.state.assign([seed % 2**32, number])

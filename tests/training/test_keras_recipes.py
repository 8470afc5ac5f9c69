"""The same recipe, weights and batches give the same run in Keras as in PyTorch."""

import copy
import math
from dataclasses import replace

import keras
import numpy as np
import pytest
import torch
from torch import nn

from course_lib.data.augmentation import Augmentation
from course_lib.training import Recipe, Trainer
from course_lib.training.batches import Batches
from course_lib.training.callbacks import Callback
from course_lib.training.keras_optimizers import RecipeSchedule
from course_lib.training.keras_recipes import (
    KerasBatches,
    fit,
    make_loss,
    make_optimizer,
    normalize,
)
from course_lib.training.normalization import normalization_of
from course_lib.training.schedules import learning_rates
from course_lib.twins import copy_weights

# Keras 3 reads its own variables in a way that NumPy 2 warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy", "lr")
CASES = {
    "plain gradient descent, cosine, smoothing": {
        "momentum": 0,
        "nesterov": False,
        "lr": 0.3,
        "schedule": "cosine",
        "label_smoothing": 0.1,
    },
    "momentum, steps, penalties, clipped by norm": {
        "nesterov": False,
        "lr": 0.1,
        "schedule": "step",
        "decay_epochs": (1, 2),
        "l1": 0.003,
        "l2": 0.01,
        "clip_norm": 0.3,
    },
    "Nesterov's momentum, one cycle, decay": {
        "lr": 0.2,
        "schedule": "one-cycle",
        "warmup_epochs": 1.0,
        "weight_decay": 0.01,
    },
    "AdaGrad, warmup, decay": {
        "optimizer": "adagrad",
        "lr": 0.05,
        "warmup_epochs": 1.5,
        "weight_decay": 0.1,
    },
    "RMSprop, decay, 0..1": {"optimizer": "rmsprop", "lr": 0.002, "weight_decay": 0.1, "inputs": "unit"},
    "Adam, decay, clipped by norm": {
        "optimizer": "adam",
        "lr": 0.01,
        "weight_decay": 0.1,
        "clip_norm": 0.5,
    },
    "AdamW, clipped by value": {"optimizer": "adamw", "lr": 0.01, "weight_decay": 0.5, "clip_value": 0.01},
    "accumulation, Adam, cosine, penalty": {
        "optimizer": "adam",
        "lr": 0.01,
        "schedule": "cosine",
        "accumulate": 2,
        "batch_size": 12,
        "l2": 0.01,
        "clip_norm": 0.5,
    },
    "plateau": {"lr": 0.1, "schedule": "plateau", "decay_patience": 1, "decay_factor": 0.25, "epochs": 4},
}
DEFAULTS = {"epochs": 3, "batch_size": 16, "schedule": "constant", "seed": 4}


@pytest.fixture
def twins():
    """A network with a kernel, a matrix and biases, and its twin in Keras with the same weights."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(64, 4))
    twin = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.Conv2D(4, 3, padding="same", activation="tanh"),
            keras.layers.Permute((3, 1, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(4),
        ]
    )
    copy_weights(model, twin)
    return model, twin


@pytest.fixture
def same_order(monkeypatch):
    """Let Keras take the images in the order in which `Trainer` takes them."""
    own = KerasBatches._cut

    def cut(self):
        if self.seed is None:
            return own(self)
        generator = torch.Generator().manual_seed(self.seed)
        orders = [Batches.cut(self.dataset, self.batch_size, generator) for _ in range(self.epoch + 1)]
        return [part.numpy() for part in orders[-1]]

    monkeypatch.setattr(KerasBatches, "_cut", cut)


def weights_of(model):
    return [tensor.clone() for tensor in model.state_dict().values()]


def mislabeled(dataset):
    """The same images with every label wrong: what a network gets worse at while it learns."""
    return replace(dataset, labels=(dataset.labels + 1) % len(dataset.class_names))


@pytest.mark.parametrize("case", CASES)
def test_the_run_is_that_of_pytorch(case, twins, same_order, make_dataset):
    model, twin = twins
    recipe = Recipe(**{**DEFAULTS, **CASES[case]})
    train, valid = make_dataset(48 if recipe.accumulate > 1 else 49), make_dataset(24, seed=1)
    if recipe.schedule == "plateau":
        valid = mislabeled(valid)
    before = weights_of(model)
    ours = Trainer(recipe, device="cpu").fit(model, train, valid)
    theirs = fit(twin, recipe, train, valid)
    for column in COLUMNS:
        np.testing.assert_allclose(theirs[column], ours[column], rtol=1e-5, atol=1e-6, err_msg=column)
    got = copy.deepcopy(model)
    copy_weights(twin, got)
    for old, new, keras_own in zip(before, weights_of(model), weights_of(got), strict=True):
        moved = (new - old).abs().max()
        assert moved > 1e-3, "weights that stay where they are prove nothing"
        assert (keras_own - new).abs().max() < 2e-5 * moved
    if recipe.schedule == "plateau":
        assert ours["lr"][-1] < 0.1 * ours["lr"][0], "a rate that never falls proves nothing"


def blank(*layers):
    return keras.Sequential([keras.Input((4, 4, 3)), *layers, keras.layers.Flatten(), keras.layers.Dense(4)])


def test_the_seed_decides_order_and_dropout_and_nothing_outside_does(make_dataset):
    train, valid = make_dataset(24), make_dataset(8, seed=1)
    first = blank().get_weights()

    def losses(seed):
        model = blank(keras.layers.Dropout(0.5))
        model.set_weights(first)
        return fit(model, Recipe(epochs=2, lr=0.1, batch_size=8, seed=seed), train, valid)["loss"]

    once = losses(seed=1)
    keras.utils.set_random_seed(99)
    assert losses(seed=1) == once
    assert losses(seed=2) != once


def batches_of(dataset, **options):
    return KerasBatches(dataset, normalization_of(dataset.images, "unit"), **options)


def test_every_epoch_has_an_order_of_its_own_that_follows_from_the_seed(make_dataset):
    def orders(seed):
        batches = batches_of(make_dataset(20), batch_size=6, seed=seed)
        found = []
        for _ in range(3):
            batches.on_epoch_begin()
            found.append(np.concatenate(batches.parts).tolist())
        return found

    first = orders(seed=0)
    assert all(sorted(order) == list(range(20)) for order in first)
    assert len({tuple(order) for order in first}) == 3
    assert orders(seed=0) == first
    assert orders(seed=1) != first


def test_without_a_seed_the_order_stays(make_dataset):
    batches = batches_of(make_dataset(20), batch_size=6)
    batches.on_epoch_begin()
    assert np.concatenate(batches.parts).tolist() == list(range(20))


@pytest.mark.parametrize(
    ("count", "batch_size", "sizes"),
    [
        (12, 4, [4, 4, 4]),
        (14, 4, [4, 4, 4, 2]),
        (13, 4, [4, 4, 5]),
        (3, 1, [1, 1, 1]),
        (1, 4, [1]),
        (3, 8, [3]),
    ],
)
def test_batches_are_cut_as_on_the_side_of_pytorch(count, batch_size, sizes, make_dataset):
    dataset = make_dataset(count)
    assert [len(part) for part in batches_of(dataset, batch_size=batch_size).parts] == sizes
    assert [len(part) for part in Batches.cut(dataset, batch_size)] == sizes


@pytest.mark.parametrize("inputs", ["standardized", "unit", "bytes"])
def test_images_are_normalized_as_on_the_side_of_pytorch(inputs, make_dataset):
    dataset = make_dataset(20)
    normalization = normalization_of(dataset.images, inputs)
    torch_batches = Batches(dataset, normalization, torch.device("cpu"))
    want = torch_batches.images(torch_batches.pixels).permute(0, 2, 3, 1).numpy()
    got = normalize(dataset.images, normalization)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)
    images, targets = KerasBatches(dataset, normalization, 8)[1]
    np.testing.assert_array_equal(images, got[8:16])
    np.testing.assert_array_equal(targets, np.eye(4)[dataset.labels[8:16]])


def test_mixup_blends_images_and_labels_with_the_same_partner_and_share(make_dataset):
    dataset = make_dataset(
        8, classes=8
    )  # each image has a label of its own, so a label tells which image it was
    plain = batches_of(dataset, batch_size=8)[0][0]
    batches = batches_of(dataset, batch_size=8, seed=3, mixup=1.0)
    shares = set()
    for _ in range(4):
        batches.on_epoch_begin()
        images, targets = batches[0]
        np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
        np.testing.assert_allclose(images, np.einsum("ij,jhwc->ihwc", targets, plain), atol=1e-5)
        np.testing.assert_array_equal(targets.argmax(axis=1), dataset.labels[batches.parts[0]])
        shares.add(float(np.median(targets.max(axis=1))))
        assert sorted(targets.sum(axis=0).tolist()) == pytest.approx([1] * 8)  # each is a partner once
    assert len(shares) == 4
    assert all(0.5 <= share <= 1 for share in shares)


def test_training_with_mixup_learns(make_dataset):
    train, valid = make_dataset(48), make_dataset(24, seed=1)
    history = fit(blank(), Recipe(epochs=4, lr=0.05, batch_size=12, mixup=0.4), train, valid)
    assert history["val_loss"][-1] < 0.7 * math.log(4)
    assert history["loss"][-1] > history["val_loss"][-1]  # blended images are harder
    assert history.columns[0] == "epoch"
    assert set(history.columns) == {"epoch", *COLUMNS, "seconds"}


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_is_that_of_pytorch(smoothing):
    logits = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    targets = np.random.default_rng(1).dirichlet(np.ones(5), 6).astype("float32")
    want = nn.CrossEntropyLoss(label_smoothing=smoothing)(torch.tensor(logits), torch.tensor(targets))
    got = make_loss(Recipe(epochs=1, lr=1, label_smoothing=smoothing))(targets, logits)
    assert float(got) == pytest.approx(want.item(), rel=1e-6)


SCHEDULES = [
    {"schedule": "constant", "warmup_epochs": 0.5},
    {"schedule": "cosine", "warmup_epochs": 1.0},
    {"schedule": "step", "decay_epochs": (1, 2), "decay_factor": 0.3},
    {"schedule": "one-cycle", "warmup_epochs": 1.0},
]


@pytest.mark.parametrize("values", SCHEDULES)
def test_each_step_has_the_rate_it_has_in_pytorch(values, make_dataset):
    recipe = Recipe(epochs=3, lr=0.4, batch_size=12, **values)
    rates = []

    class Watch(Callback):
        def on_step(self, trainer, row):
            rates.append(row["lr"])

    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 4))
    Trainer(recipe, [Watch()], device="cpu").fit(model, make_dataset(48), make_dataset(8))
    assert len(rates) == 12
    schedule = RecipeSchedule(recipe, steps_per_epoch=4)
    assert [float(schedule(step)) for step in range(12)] == pytest.approx(rates)
    assert float(schedule(100)) == pytest.approx(rates[-1])


def test_with_accumulation_all_batches_of_a_step_have_its_rate():
    recipe = Recipe(epochs=2, lr=0.4, accumulate=3)
    schedule, rates = RecipeSchedule(recipe, 2), learning_rates(recipe, 2)
    assert [float(schedule(batch)) for batch in range(12)] == pytest.approx(np.repeat(rates, 3).tolist())


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw"])
def test_a_saved_optimizer_comes_back(optimizer):
    recipe = Recipe(epochs=2, lr=0.1, optimizer=optimizer, weight_decay=0.1, l1=0.2, l2=0.3, clip_norm=1)
    ours = make_optimizer(recipe, 5)
    back = keras.optimizers.deserialize(keras.optimizers.serialize(ours))
    assert type(back) is type(ours)
    assert back.get_config() == ours.get_config()
    assert back.l1 == 0.2
    assert float(back.learning_rate) == pytest.approx(0.1)


REFUSED = [
    ({"augment": Augmentation(flip=0.5)}, "augment is carried out by course_lib.pytorch"),
    ({"precision": "bf16-mixed"}, "Keras decides on the precision when a model is built"),
    ({"schedule": "plateau", "warmup_epochs": 1.0}, "schedule='plateau' needs warmup_epochs=0, got 1"),
]


@pytest.mark.parametrize(("values", "message"), REFUSED)
def test_what_keras_cannot_do_is_refused(values, message, make_dataset):
    recipe = Recipe(epochs=2, lr=0.1, **values)
    with pytest.raises(ValueError, match=message):
        make_optimizer(recipe, 3)
    with pytest.raises(ValueError, match=message):
        fit(blank(), recipe, make_dataset(8), make_dataset(8))


def test_an_epoch_without_a_step_is_refused():
    with pytest.raises(ValueError, match="steps_per_epoch must be at least 1, got 0"):
        make_optimizer(Recipe(epochs=2, lr=0.1), 0)


def test_an_epoch_that_ends_within_a_step_is_refused(make_dataset):
    recipe = Recipe(epochs=1, lr=0.1, batch_size=8, accumulate=2)
    with pytest.raises(ValueError, match="accumulate=2 must divide the 3 batches of an epoch"):
        fit(blank(), recipe, make_dataset(24), make_dataset(8))


def frozen():
    model = blank()
    model.trainable = False
    return model


MISFITS = [
    (
        keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(4)]),
        "build it with in_channels=3, image_size=4",
    ),
    (
        keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten()]),
        r"must give 4 numbers .* got shape \(1, 48\)",
    ),
    (keras.Sequential([blank(), keras.layers.Softmax()]), "gives probabilities, but the loss takes logits"),
    (frozen(), "the model has no trainable weights"),
]


@pytest.mark.parametrize(("model", "message"), MISFITS)
def test_a_model_that_does_not_fit_is_refused(model, message, make_dataset):
    with pytest.raises(ValueError, match=message):
        fit(model, Recipe(epochs=1, lr=0.1), make_dataset(8), make_dataset(8))


def test_other_classes_are_refused(make_dataset):
    with pytest.raises(ValueError, match="train and valid must have the same classes"):
        fit(blank(), Recipe(epochs=1, lr=0.1), make_dataset(8), make_dataset(8, classes=3))


def test_a_loss_that_is_no_number_ends_the_run(make_dataset):
    recipe = Recipe(epochs=3, lr=1e38, inputs="bytes", schedule="constant", batch_size=4)
    with pytest.raises(
        FloatingPointError, match=r"in epoch 1 of 3, learning rate 1e\+38: try an lr below 1e\+38"
    ):
        fit(blank(), recipe, make_dataset(16), make_dataset(8))


def test_callbacks_see_the_row_that_the_history_gets(make_dataset):
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["val_loss"])
            self.model.stop_training = epoch == 1

    recipe = Recipe(epochs=5, lr=0.1, batch_size=8, label_smoothing=0.5)
    history = fit(blank(), recipe, make_dataset(16), make_dataset(8), [Watch()])
    assert seen == history["val_loss"]
    assert history["epoch"] == [1, 2]

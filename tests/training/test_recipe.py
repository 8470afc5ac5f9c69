import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.data.augmentation import Augmentation
from course_lib.training import Recipe

WRONG = [
    ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
    ({"epochs": 2.5}, "epochs must be a whole number"),
    ({"epochs": True}, "epochs must be a whole number"),
    ({"batch_size": 0}, "batch_size must be a whole number"),
    ({"accumulate": 0}, "accumulate must be a whole number"),
    ({"seed": -1}, "seed must be a whole number of at least 0"),
    ({"lr": 0}, "lr must be a number above 0, got 0"),
    ({"lr": float("nan")}, "lr must be a number above 0, got nan"),
    ({"lr": float("inf")}, "lr must be a number above 0, got inf"),
    ({"lr": "0.1"}, "lr must be a number above 0, got '0.1'"),
    ({"momentum": 1}, "momentum must be a number at least 0 and below 1"),
    ({"momentum": 0}, "nesterov needs a momentum above 0"),
    ({"nesterov": 1}, "nesterov must be True or False"),
    ({"weight_decay": -1e-4}, "weight_decay must be a number at least 0"),
    ({"label_smoothing": 1}, "label_smoothing must be a number at least 0 and below 1"),
    ({"clip_norm": 0}, "clip_norm must be a number above 0, or None for no clipping, got 0"),
    ({"warmup_epochs": 3}, r"warmup_epochs must be below epochs \(3\), got 3"),
    ({"schedule": "one-cycle"}, "needs warmup_epochs above 0, for example three tenths of all epochs: 0.9"),
    (
        {"schedule": "linear"},
        "schedule must be one of constant, step, cosine, one-cycle, plateau, got 'linear'",
    ),
    ({"optimizer": "lion"}, "optimizer must be one of sgd, adagrad, rmsprop, adam, adamw, got 'lion'"),
    ({"inputs": "raw"}, "inputs must be one of standardized, unit, bytes, got 'raw'"),
    ({"l1": -1}, "l1 must be a number at least 0, got -1"),
    ({"l2": float("nan")}, "l2 must be a number at least 0, got nan"),
    ({"mixup": -0.2}, "mixup must be a number at least 0, where 0 is no mixup, got -0.2"),
    ({"clip_value": 0}, "clip_value must be a number above 0, or None for no clipping, got 0"),
    ({"clip_value": 1, "clip_norm": 1}, "clip_norm and clip_value cannot both clip the gradient"),
    ({"decay_factor": 1}, "decay_factor must be a number above 0 and below 1, got 1"),
    ({"decay_patience": 0}, "decay_patience must be a whole number of at least 1, got 0"),
    ({"schedule": "step"}, r"it needs them, for example schedule='step', decay_epochs=\(1,\)"),
    ({"decay_epochs": (1,)}, "decay_epochs belong to the step schedule"),
    ({"schedule": "step", "decay_epochs": (3,)}, r"from 1 to below epochs \(3\), got \(3,\)"),
    ({"schedule": "step", "decay_epochs": (2, 1)}, "decay_epochs must be rising"),
    ({"schedule": "step", "decay_epochs": (1.5,)}, "decay_epochs must be rising whole numbers"),
    ({"augment": 4}, "augment must be an Augmentation or None, got 4"),
    ({"precision": "16"}, "precision must be one of auto, 32-true, bf16-mixed, 16-mixed, got '16'"),
]


@pytest.mark.parametrize(("values", "message"), WRONG)
def test_a_value_that_cannot_work_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{"epochs": 3, "lr": 0.1, **values})


def test_it_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe(epochs=1, lr=0.1).lr = 0.2


def test_plain_gradient_descent_needs_no_momentum():
    assert Recipe(epochs=1, lr=0.1, momentum=0, nesterov=False).momentum == 0


# Never change a value here: recorded runs leave out what is at its default.
DEFAULTS = {
    "batch_size": 128,
    "optimizer": "sgd",
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 0.0,
    "schedule": "cosine",
    "warmup_epochs": 0.0,
    "label_smoothing": 0.0,
    "clip_norm": None,
    "accumulate": 1,
    "precision": "32-true",
    "seed": 0,
    "decay_epochs": [],
    "decay_patience": 3,
    "decay_factor": 0.1,
    "l1": 0.0,
    "l2": 0.0,
    "mixup": 0.0,
    "augment": None,
    "inputs": "standardized",
    "layer_decay": 1.0,
    "frozen_norms": "eval",
    "clip_value": None,
}


def test_defaults_and_hash_stay_as_they_are():
    recipe = Recipe(epochs=3, lr=1)
    assert recipe.as_dict() == {"epochs": 3, "lr": 1.0, **DEFAULTS}
    assert recipe.hash == "0bbf81c4e075"


OTHERS = {
    "epochs": 4,
    "lr": 0.2,
    "batch_size": 64,
    "optimizer": "adam",
    "momentum": 0.8,
    "nesterov": False,
    "weight_decay": 1e-4,
    "schedule": "constant",
    "warmup_epochs": 1,
    "label_smoothing": 0.1,
    "clip_norm": 1,
    "accumulate": 2,
    "decay_epochs": (2,),
    "decay_patience": 5,
    "decay_factor": 0.5,
    "l1": 1e-5,
    "l2": 1e-4,
    "mixup": 0.2,
    "augment": Augmentation(flip=0.5),
    "inputs": "unit",
    "layer_decay": 0.5,
    "frozen_norms": "train",
    "clip_value": 0.1,
    "precision": "auto",
    "seed": 1,
}


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(Recipe)])
def test_every_value_changes_the_hash(name):
    recipe = Recipe(epochs=3, lr=0.1)
    if name == "decay_epochs":
        recipe = Recipe(epochs=3, lr=0.1, schedule="step", decay_epochs=(1,))
    assert dataclasses.replace(recipe, **{name: OTHERS[name]}).hash != recipe.hash


@given(
    epochs=st.integers(2, 500),
    lr=st.floats(1e-6, 10),
    warmup_epochs=st.floats(0, 1.5),
    clip_norm=st.none() | st.floats(1e-3, 1e3),
    seed=st.integers(0, 2**31),
)
def test_a_recipe_comes_back_from_its_values(**values):
    recipe = Recipe(**values)
    again = Recipe(**recipe.as_dict())
    assert again == recipe
    assert again.hash == recipe.hash


def test_whole_and_real_numbers_make_the_same_recipe():
    assert Recipe(epochs=3, lr=1, clip_norm=2).hash == Recipe(epochs=3, lr=1.0, clip_norm=2.0).hash


def test_a_recipe_comes_back_from_json_with_its_augmentation():
    augment = Augmentation(flip=0.5, crop=4, fill="reflect")
    recipe = Recipe(epochs=9, lr=0.1, schedule="step", decay_epochs=(3, 6), augment=augment)
    again = Recipe(**json.loads(json.dumps(recipe.as_dict())))
    assert again == recipe
    assert again.hash == recipe.hash
    assert (again.augment, again.decay_epochs) == (augment, (3, 6))


def test_only_what_was_given_is_listed():
    assert Recipe(epochs=3, lr=0.1, momentum=0.9, mixup=0.2).given() == {"epochs": 3, "lr": 0.1, "mixup": 0.2}

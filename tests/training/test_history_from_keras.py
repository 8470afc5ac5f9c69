"""What `model.fit` of Keras returns becomes a history of ours."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.training import History

KERAS = {
    "sparse_categorical_accuracy": [0.25, 0.5],
    "loss": [np.float32(2.0), np.float32(1.0)],
    "val_loss": [2.5, 1.5],
    "val_sparse_categorical_accuracy": [0.125, 0.375],
    "learning_rate": [0.1, 0.01],
}
COLUMNS = {
    "epoch": [1, 2],
    "accuracy": [0.25, 0.5],
    "loss": [2.0, 1.0],
    "val_loss": [2.5, 1.5],
    "val_accuracy": [0.125, 0.375],
    "lr": [0.1, 0.01],
}


def columns(found):
    return {name: found[name] for name in found.columns}


def test_columns_get_the_names_that_the_trainer_gives():
    assert columns(History.from_keras(KERAS)) == COLUMNS


def test_values_become_plain_floats():
    found = History.from_keras(KERAS)
    assert {type(value) for row in found.rows for name, value in row.items() if name != "epoch"} == {float}


def test_the_callback_of_keras_is_taken_too_with_the_numbers_of_its_epochs():
    resumed = SimpleNamespace(history=KERAS, epoch=[4, 5])  # fit(initial_epoch=4)
    assert columns(History.from_keras(resumed)) == {**COLUMNS, "epoch": [5, 6]}


@pytest.mark.parametrize("name", ["acc", "accuracy", "binary_accuracy", "categorical_accuracy"])
def test_all_kinds_of_accuracy_are_called_accuracy(name):
    assert History.from_keras({name: [0.5], f"val_{name}": [0.25]}).rows == [
        {"epoch": 1, "accuracy": 0.5, "val_accuracy": 0.25}
    ]


def test_other_metrics_keep_their_names():
    assert History.from_keras({"top_5_accuracy": [0.5]}).columns == ["epoch", "top_5_accuracy"]


def test_two_accuracies_are_refused():
    with pytest.raises(ValueError, match="two columns would be called accuracy"):
        History.from_keras({"accuracy": [0.5], "categorical_accuracy": [0.5]})


def test_a_validation_now_and_then_is_refused():
    with pytest.raises(ValueError, match="loss has 2, val_loss has 1"):
        History.from_keras({"loss": [1.0, 2.0], "val_loss": [1.0]})


def test_a_run_of_no_epochs_is_empty():
    assert len(History.from_keras({})) == 0

import subprocess
import sys

import pytest

from course_lib.training import History

COLUMNS = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.5, 1.7], "val_accuracy": [0.1, 0.6, 0.6]}


def test_a_column_is_a_list():
    assert History.from_columns(COLUMNS)["val_loss"] == [2.1, 1.5, 1.7]


def test_epochs_count_from_one():
    history = History.from_columns(COLUMNS)
    assert history["epoch"] == [1, 2, 3]
    assert len(history) == 3


def test_given_epochs_are_kept():
    assert History.from_columns({"epoch": [5, 6], "loss": [1.0, 2.0]})["epoch"] == [5, 6]


def test_the_best_loss_is_the_lowest():
    assert History.from_columns(COLUMNS).best("val_loss")["epoch"] == 2


def test_the_best_accuracy_is_the_first_of_the_highest():
    assert History.from_columns(COLUMNS).best("val_accuracy")["epoch"] == 2


def test_best_does_not_guess_a_direction():
    with pytest.raises(ValueError, match="ends with loss or accuracy, got 'epoch'"):
        History.from_columns(COLUMNS).best("epoch")


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="loss has 2, val_loss has 1"):
        History.from_columns({"loss": [1.0, 2.0], "val_loss": [1.0]})


def test_a_missing_column_is_named_with_those_there_are():
    with pytest.raises(KeyError, match="no column 'vall_loss'; there are epoch, loss"):
        History.from_columns(COLUMNS)["vall_loss"]


def test_an_empty_history_has_no_columns():
    with pytest.raises(KeyError, match="no rows yet"):
        History().best("val_loss")


@pytest.mark.parametrize("value", ["0.5", None, True, [1.0]])
def test_values_must_be_numbers(value):
    with pytest.raises(TypeError, match="column loss must hold numbers"):
        History().append({"loss": value})


def test_all_rows_have_the_same_columns():
    history = History.from_columns({"loss": [1.0]})
    with pytest.raises(ValueError, match="must have the columns epoch, loss, got loss"):
        history.append({"loss": 2.0})


def test_the_rows_given_are_not_shared():
    row = {"loss": 1.0}
    history = History()
    history.append(row)
    row["loss"] = 5.0
    history.best("loss")["loss"] = 7.0
    assert history["loss"] == [1.0]


def test_recipe_history_and_results_load_no_framework():
    code = (
        "import sys, course_lib.experiments, course_lib.results; from course_lib.training import History, Recipe; "
        "print([m for m in ('torch', 'numpy', 'tensorflow', 'matplotlib') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.strip() == "[]"

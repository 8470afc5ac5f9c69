"""The written-out metric against Keras's own."""

import doctest

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.keras_twins import metrics
from course_lib.keras_twins.metrics import TopKAccuracy

# Keras 3 reads its own variables in a way that NumPy 2 warns about, whenever it saves.
SAVES = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FROG = {"frog": 97.3, "bird": 2.1, "dog": 0.56}
TRUCK = {
    "truck": 55.4,
    "automobile": 38.7,
    "ship": 2.39,
    "horse": 1.4,
    "airplane": 1.1,
    "cat": 0.5,
    "dog": 0.4,
}


def scores(percent):
    return np.array([[percent.get(name, 0.0) / 100 for name in CLASSES]], dtype="float32")


def top_k(k, label, percent):
    metric = TopKAccuracy(k)
    metric.update_state([CLASSES.index(label)], scores(percent))
    return float(metric.result())


def both(k, *batches):
    """The results of ours and of Keras's own over batches (labels, scores, weights)."""
    pair = TopKAccuracy(k), keras.metrics.SparseTopKCategoricalAccuracy(k)
    for metric in pair:
        for labels, values, weights in batches:
            metric.update_state(labels, values, sample_weight=weights)
    return [float(metric.result()) for metric in pair]


def random_batch(rng, count, weighted):
    labels, values = rng.integers(0, 7, count), rng.normal(size=(count, 7)).astype("float32")
    return labels, values, rng.random(count).astype("float32") if weighted else None


def test_the_examples_hold():
    assert doctest.testmod(metrics) == doctest.TestResults(failed=0, attempted=2)


def test_a_bird_taken_for_a_frog_is_wrong_at_1_and_right_at_3():
    assert [top_k(k, "bird", FROG) for k in (1, 2, 3)] == [0, 1, 1]


def test_a_dog_in_seventh_place_is_wrong_at_3_and_right_from_7_on():
    assert [top_k(k, "dog", TRUCK) for k in (1, 3, 6, 7, 8)] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [1, 2, 5, 7, 9])
def test_it_equals_keras_over_batches_of_unequal_size(k, weighted):
    rng = np.random.default_rng(k)
    ours, theirs = both(k, *(random_batch(rng, count, weighted) for count in (32, 5, 1)))
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert 0 < ours <= 1
    assert (ours == 1) == (k >= 7)


@settings(max_examples=30)
@given(
    values=st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=6),
    k=st.integers(1, 4),
    data=st.data(),
)
def test_ties_count_as_in_keras(values, k, data):
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(values), max_size=len(values)))
    ours, theirs = both(k, (np.array(labels), np.array(values, "float32"), None))
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_equal_scores_for_all_classes_are_always_right():
    assert both(1, (np.arange(4), np.ones((4, 4), "float32"), None)) == [1, 1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_no_number_counts_as_wrong(bad):
    values = np.array([[1, bad, 3], [3, 2, 1], [bad, 1, 2]], "float32")
    assert both(2, (np.array([2, 0, 0]), values, None)) == pytest.approx([1 / 3, 1 / 3])


def test_labels_may_come_as_a_column():
    labels, values, _ = random_batch(np.random.default_rng(0), 16, False)
    assert both(2, (labels[:, None], values, None)) == both(2, (labels, values, None))


def test_weights_decide_what_counts():
    labels, values = np.array([0, 0]), np.array([[2, 1], [1, 2]], "float32")
    assert both(1, (labels, values, np.array([3, 1], "float32"))) == [0.75, 0.75]
    assert both(1, (labels, values, np.array([0, 0], "float32"))) == [0, 0]


def test_a_reset_forgets():
    metric = TopKAccuracy(1)
    metric.update_state([0], [[0.0, 1.0]])
    metric.reset_state()
    metric.update_state([1], [[0.0, 1.0]])
    assert float(metric.result()) == 1
    assert float(metric.seen) == 1


def test_before_the_first_example_it_is_zero():
    assert float(TopKAccuracy().result()) == 0


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_k_must_be_a_whole_number(k):
    with pytest.raises(ValueError, match="k must be a whole number of at least 1"):
        TopKAccuracy(k)


@SAVES
def test_it_works_in_compile_and_fit_and_is_saved_with_the_model(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(7)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs = keras.metrics.SparseTopKCategoricalAccuracy(2, name="theirs")
    model.compile("sgd", loss, metrics=[TopKAccuracy(2), theirs])
    labels, values, _ = random_batch(np.random.default_rng(3), 30, False)
    history = model.fit(values, labels, batch_size=8, epochs=2, verbose=0).history
    assert history["top_2_accuracy"] == pytest.approx(history["theirs"])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    want = model.evaluate(values, labels, verbose=0, return_dict=True)
    got = loaded.evaluate(values, labels, verbose=0, return_dict=True)
    assert got["top_2_accuracy"] == pytest.approx(want["top_2_accuracy"])

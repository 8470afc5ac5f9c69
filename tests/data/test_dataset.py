"""The Dataset: what it accepts, that it cannot be changed, and how it is split and fingerprinted."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.data import Dataset

NAMES = ("cat", "dog", "fox")


def make(labels, images=None, **extras):
    labels = np.asarray(labels, dtype=np.int64)
    if images is None:
        images = np.arange(len(labels) * 4, dtype=np.uint32).view(np.uint8).reshape(-1, 4, 4, 1)
    return Dataset("own", "train", "Own images", images, labels, NAMES, **extras)


def test_repr_says_what_a_reader_wants_to_know():
    images = np.zeros((1200, 4, 5, 3), dtype=np.uint8)
    boxes = np.zeros((1200, 4), dtype=np.int64)
    ds = Dataset("own", "train", "Own images", images, np.zeros(1200, dtype=np.int64), NAMES, boxes)
    assert repr(ds) == "<Dataset Own images, train: 1,200 images 4x5x3, 3 classes, boxes>"


def test_neither_fields_nor_arrays_can_be_changed():
    ds = make([0, 1])
    with pytest.raises(dataclasses.FrozenInstanceError):
        ds.labels = ds.labels
    for array in (ds.images, ds.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_callers_own_array_stays_writable():
    labels = np.array([0, 1])
    make(labels)
    labels[0] = 1


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"images": np.zeros((2, 4, 4, 1))}, TypeError, "images must be a NumPy array of uint8, got float64"),
        ({"images": [[1]]}, TypeError, "images must be a NumPy array of uint8, got list"),
        (
            {"images": np.zeros((2, 4, 4), dtype=np.uint8)},
            ValueError,
            r"shape \(N, H, W, C\), got \(2, 4, 4\)",
        ),
        ({"images": np.zeros((2, 3, 4, 4), dtype=np.uint8)}, ValueError, "1 or 3 channels in the last axis"),
        ({"labels": np.zeros(3, dtype=np.int64)}, ValueError, r"labels must have shape \(2\), got \(3,\)"),
        (
            {"labels": np.zeros(2, dtype=np.int32)},
            TypeError,
            "labels must be a NumPy array of int64, got int32",
        ),
        ({"labels": np.array([0, 3])}, ValueError, r"labels must lie in 0\.\.2.*got 0\.\.3"),
        ({"labels": np.array([-1, 0])}, ValueError, r"got -1\.\.0"),
        ({"boxes": np.zeros((2, 3), dtype=np.int64)}, ValueError, "boxes must have shape"),
        ({"masks": np.zeros((2, 4, 5), dtype=bool)}, ValueError, "masks must have shape"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_what_came(change, error, message):
    good = {"images": np.zeros((2, 4, 4, 1), dtype=np.uint8), "labels": np.array([0, 1])}
    with pytest.raises(error, match=message):
        Dataset("own", "train", "Own", class_names=NAMES, **(good | change))


def test_fingerprint_is_the_same_everywhere():
    assert make([0, 1, 2]).fingerprint == "62dcc3978aa656e9"


def test_fingerprint_ignores_how_the_arrays_lie_in_memory():
    images = np.arange(2 * 4 * 6 * 3, dtype=np.uint8).reshape(2, 4, 6, 3)
    strided = np.asfortranarray(images)
    assert make([0, 1], images).fingerprint == make([0, 1], strided).fingerprint


def test_fingerprint_changes_with_anything_that_was_loaded():
    images = np.zeros((2, 4, 4, 1), dtype=np.uint8)
    other = images.copy()
    other[1, 3, 3, 0] = 1
    boxes, masks = np.zeros((2, 4), dtype=np.int64), np.zeros((2, 4, 4), dtype=bool)
    sets = [
        make([0, 1], images),
        make([1, 0], images),
        make([0, 1], other),
        make([0, 1], other[::-1]),
        make([0, 1], images.reshape(2, 2, 8, 1)),
        make([0, 1], images, boxes=boxes),
        make([0, 1], images, masks=masks),
        dataclasses.replace(make([0, 1], images), class_names=("cat", "dog", "owl")),
    ]
    assert len({ds.fingerprint for ds in sets}) == len(sets)


@given(st.lists(st.integers(0, 2), min_size=4, max_size=60), st.floats(0.2, 0.8), st.integers(0, 99))
def test_hold_out_is_disjoint_complete_stratified_and_repeatable(labels, fraction, seed):
    ds = make(labels)
    train, valid = ds.hold_out(fraction, seed)
    keys = [{image.tobytes() for image in part.images} for part in (train, valid)]
    assert keys[0] | keys[1] == {image.tobytes() for image in ds.images}
    assert not keys[0] & keys[1]
    assert len(valid) == round(fraction * len(ds))
    share = np.bincount(ds.labels, minlength=3) * len(valid) / len(ds)
    assert np.all(np.abs(np.bincount(valid.labels, minlength=3) - share) < 1)
    again = ds.hold_out(fraction, seed)
    assert (train.fingerprint, valid.fingerprint) == tuple(part.fingerprint for part in again)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=60), st.integers(0, 99))
def test_hold_out_keeps_identical_images_on_one_side_whatever_their_labels(examples, seed):
    examples = examples + [(value % 3, value) for value in range(10, 30)]  # These have no twin.
    images = np.array([value for _, value in examples], dtype=np.uint8).reshape(-1, 1, 1, 1)
    train, valid = make([label for label, _ in examples], images).hold_out(0.4, seed)
    assert not set(train.images.ravel()) & set(valid.images.ravel())
    assert len(train) + len(valid) == len(examples)


def test_hold_out_carries_everything_along():
    masks = np.zeros((10, 4, 4), dtype=bool)
    masks[np.arange(10), 0, 0] = np.arange(10) % 2
    boxes = np.repeat(np.arange(10)[:, None], 4, axis=1)
    ds = make(np.arange(10) % 3, boxes=boxes, masks=masks)
    train, valid = ds.hold_out(0.3)
    assert (train.split, valid.split, valid.title, valid.name) == ("train", "valid", "Own images", "own")
    for part in (train, valid):
        rows = part.boxes[:, 0]
        assert np.array_equal(part.images, ds.images[rows])
        assert np.array_equal(part.labels, ds.labels[rows])
        assert np.array_equal(part.masks, ds.masks[rows])
        with pytest.raises(ValueError, match="read-only"):
            part.images[0] = 0


def test_hold_out_with_another_seed_holds_out_others():
    ds = make(np.arange(60) % 3)
    assert ds.hold_out(0.5, 0)[1].fingerprint != ds.hold_out(0.5, 1)[1].fingerprint


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, 5000, float("nan")])
def test_hold_out_refuses_what_is_no_fraction(fraction):
    with pytest.raises(ValueError, match=r"fraction must lie between 0 and 1.*pass k / 10"):
        make(np.zeros(10)).hold_out(fraction)


@pytest.mark.parametrize("fraction", [0.04, 0.96])
def test_hold_out_refuses_to_leave_a_part_empty(fraction):
    with pytest.raises(ValueError, match="of 10 images leaves one part empty"):
        make(np.zeros(10)).hold_out(fraction)

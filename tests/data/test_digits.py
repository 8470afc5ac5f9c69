"""The digits are scikit-learn's, scaled, and their split is fixed."""

import numpy as np
from sklearn.datasets import load_digits

from course_lib import data


def test_both_splits_together_are_all_of_scikit_learns_digits():
    sets = [data.load("digits", split) for split in ("train", "test")]
    raw = load_digits()
    expected = sorted(zip(raw.data.astype(int).tolist(), raw.target.tolist(), strict=True))
    images = np.concatenate([ds.images for ds in sets]).reshape(-1, 64)
    labels = np.concatenate([ds.labels for ds in sets]).tolist()
    levels = np.round(images / 255 * 16).astype(int).tolist()
    assert sorted(zip(levels, labels, strict=True)) == expected


def test_pixels_use_the_whole_range_of_a_byte():
    images = data.load("digits").images
    assert (images.min(), images.max()) == (0, 255)
    assert set(np.unique(images)) == {round(255 * level / 16 + 1e-9) for level in range(17)}


def test_test_split_is_a_fifth_with_the_classes_in_proportion():
    sets = {split: data.load("digits", split) for split in ("train", "test")}
    assert {split: len(ds) for split, ds in sets.items()} == {"train": 1437, "test": 360}
    counts = {split: np.bincount(ds.labels) for split, ds in sets.items()}
    share = counts["test"] / (counts["test"] + counts["train"])
    assert np.all(np.abs(share - 0.2) < 0.006)


def test_no_digit_is_in_both_splits():
    train, test = ({image.tobytes() for image in data.load("digits", s).images} for s in ("train", "test"))
    assert not train & test


def test_content_is_pinned():
    for split, fingerprint in data.CATALOG["digits"].fingerprints.items():
        assert data.load("digits", split).fingerprint == fingerprint

"""The real sets: counts, content, and that nothing of a test set is in the training set."""

import numpy as np
import pytest

from course_lib import data


@pytest.fixture(autouse=True)
def real(course_data, monkeypatch, home):
    """Read from the folder of real data; `home` would otherwise hide it."""
    monkeypatch.setenv("COURSE_DATA", str(course_data))


def seen(ds):
    return {image.tobytes() for image in ds.images}


def test_cifar10_has_its_counts_spread_and_title():
    train = data.load("cifar10")
    assert (train.images.shape, train.title) == ((50_000, 32, 32, 3), "CIFAR-10 (JPEG q75)")
    assert np.array_equal(np.bincount(train.labels), np.full(10, 5000))
    std = train.images.reshape(-1, 3).std(axis=0, dtype=np.float64) / 255
    assert std == pytest.approx([0.2452, 0.2428, 0.2606], abs=5e-5)
    assert train.fingerprint == "5549fb9295890389"
    kept, valid = train.hold_out(0.1)
    assert np.array_equal(np.bincount(valid.labels), np.full(10, 500))
    assert not seen(kept) & seen(valid)
    test = data.load("cifar10", "test")
    assert np.array_equal(np.bincount(test.labels), np.full(10, 1000))


def test_cifar10_subset_is_part_of_the_whole_and_even():
    part = data.load("cifar10", "test", limit=503, seed=1)
    counts = np.bincount(part.labels)
    assert set(counts) == {50, 51}
    assert counts.sum() == 503


def test_fashion_mnist_is_canonical():
    spec = data.CATALOG["fashion_mnist"]
    for split, count in spec.splits.items():
        ds = data.load("fashion_mnist", split)
        assert ds.fingerprint == spec.fingerprints[split]
        assert np.array_equal(np.bincount(ds.labels), np.full(10, count // 10))


def test_flowers_keep_their_counts_and_no_copy_crosses_a_split():
    sets = {split: data.load("flowers", split) for split in ("train", "valid", "test")}
    assert {split: len(ds) for split, ds in sets.items()} == {"train": 2752, "valid": 551, "test": 367}
    counts = [np.bincount(ds.labels) for ds in sets.values()]
    assert sum(counts).tolist() == [633, 898, 641, 699, 799]
    for count, share in zip(counts, (0.75, 0.15, 0.10), strict=True):
        assert np.all(np.abs(count - share * sum(counts)) < 1.5)
    images = [seen(ds) for ds in sets.values()]
    assert sum(map(len, images)) == len(set.union(*images)) == 3670 - 3
    assert {ds.images.shape[1:] for ds in sets.values()} == {(128, 128, 3)}


def test_flowers_copies_in_the_catalog_are_all_there_are(course_data):
    with np.load(course_data / "flowers.npz", allow_pickle=False) as file:
        body, ends, length = file["body"].tobytes(), np.cumsum(file["length"]), file["length"]
        keys = [f"{file['names'][k]}/{name}" for k, name in zip(file["label"], file["filename"], strict=True)]
    by_content = {}
    for key, end, count in zip(keys, ends.tolist(), length.tolist(), strict=True):
        by_content.setdefault(body[end - count : end], []).append(key)
    copies = {tuple(sorted(group)) for group in by_content.values() if len(group) > 1}
    assert copies == set(data.CATALOG["flowers"].duplicates)

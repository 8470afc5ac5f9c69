"""`load` and `fetch`: contract, choice of images, and errors that help."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import data
from course_lib.data import decoding, download


def test_importing_the_room_loads_nothing_heavy():
    heavy = {"numpy", "PIL", "sklearn", "torch", "tensorflow", "tqdm", "filelock", "urllib.request"}
    code = f"import sys, course_lib.data, course_lib.data.commands; print(*{heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_loading_never_imports_a_framework():
    code = (
        "import sys; from course_lib import data; data.load('shapes', 'test', 8);"
        "print(*{'torch', 'tensorflow', 'keras', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_everything_in_all_exists():
    assert all(getattr(data, name) is not None for name in data.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = data.nothing


def test_loaded_set_keeps_the_contract(cifar):
    ds = data.load("cifar10", split="test")
    assert isinstance(ds, data.Dataset)
    assert (ds.name, ds.split, ds.title, len(ds)) == ("cifar10", "test", "CIFAR-10", 10)
    assert (ds.images.shape, ds.images.dtype) == ((10, 32, 32, 3), np.uint8)
    assert (ds.labels.shape, ds.labels.dtype) == ((10,), np.int64)
    assert ds.class_names[3] == "cat"
    assert (ds.boxes, ds.masks) == (None, None)


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_limit_draws_the_classes_evenly_from_the_split(name):
    whole, part = data.load(name, "test"), data.load(name, "test", limit=83)
    counts = np.bincount(part.labels)
    assert len(part) == 83
    assert counts.max() - counts.min() <= 1
    assert {image.tobytes() for image in part.images} <= {image.tobytes() for image in whole.images}


def test_seed_decides_order_and_subset():
    first, same, other = (data.load("digits", "test", 50, seed) for seed in (0, 0, 1))
    assert first.fingerprint == same.fingerprint != other.fingerprint


def test_without_a_limit_the_order_is_shuffled():
    labels = data.load("shapes", "test").labels
    assert not np.array_equal(labels, np.arange(1000) % 8)
    assert np.array_equal(np.bincount(labels), np.full(8, 125))


def test_only_chosen_images_are_decoded(flowers, monkeypatch, tmp_path):
    flowers.put(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    decoded = []
    one = decoding._decode_one
    monkeypatch.setattr(decoding, "_decode_one", lambda *given: decoded.append(1) or one(*given))
    assert len(data.load("flowers", "train", limit=7)) == 7
    assert len(decoded) == 7


def test_unknown_name_gets_the_nearest_one():
    with pytest.raises(ValueError, match=r"no data set is called 'cifar': did you mean cifar10\?"):
        data.load("cifar")


def test_name_like_no_other_gets_the_list():
    with pytest.raises(ValueError, match="no data set is called 'xyz': there are digits, shapes"):
        data.fetch("xyz")


def test_unknown_split_gets_the_splits_there_are():
    with pytest.raises(ValueError, match=r"digits has no split 'valid'; it has: train, test.*hold_out"):
        data.load("digits", "valid")
    with pytest.raises(ValueError, match=r"flowers has no split 'val'; it has: train, valid, test\.$"):
        data.load("flowers", "val")


@pytest.mark.parametrize("limit", [0, -1, 361])
def test_limit_out_of_range_is_refused(limit):
    message = f"limit must lie between 1 and 360, the size of digits's test split, got {limit}"
    with pytest.raises(ValueError, match=message):
        data.load("digits", "test", limit)


@pytest.mark.parametrize("limit", [1.5, "10", True])
def test_limit_of_another_type_is_refused(limit):
    with pytest.raises(TypeError, match="limit must be a whole number of images or None"):
        data.load("digits", "test", limit)


def test_mistakes_are_found_before_anything_is_downloaded(monkeypatch):
    monkeypatch.setattr(download, "fetch_files", lambda spec: pytest.fail("downloads"))
    with pytest.raises(ValueError, match="limit"):
        data.load("cifar10", limit=10**9)


def test_set_that_is_nowhere_is_downloaded_with_a_message_and_only_once(cifar, server, capsys):
    first = data.load("cifar10")
    assert "Downloading CIFAR-10" in capsys.readouterr().err
    again = data.load("cifar10")
    assert capsys.readouterr().err == ""
    assert first.fingerprint == again.fingerprint
    assert len(server.starts) == 1

"""Packed files: what is written can be read, and what is damaged is refused."""

import errno

import numpy as np
import pytest

from course_lib import data
from course_lib.data import commands, packed
from course_lib.data.canonical import READERS
from course_lib.data.decoding import encode


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder that COURSE_DATA names, empty."""
    folder = tmp_path / "class"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def repack(path, **changes):
    """Rewrite some arrays of a packed file; None removes one."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def pack(stand_in, folder, quality=None):
    source = folder / "published"
    stand_in.put(source)
    spec = stand_in.spec
    sources = {split: READERS[spec.name](spec, split, source / spec.name) for split in spec.splits}
    return packed.write(spec, sources, folder, quality)


@pytest.mark.parametrize("name", ["cifar", "fashion", "flowers"])
def test_exact_copy_loads_as_the_published_files_do(name, folder, request, monkeypatch):
    stand_in = request.getfixturevalue(name)
    pack(stand_in, folder)
    for split in stand_in.spec.splits:
        copy = data.load(stand_in.spec.name, split)
        with monkeypatch.context() as published:
            published.setenv("COURSE_DATA", str(folder / "published"))
            original = data.load(stand_in.spec.name, split)
        assert copy.fingerprint == original.fingerprint
        assert copy.title == stand_in.spec.title


def test_lossy_copy_says_so_in_its_title_and_note(cifar, folder):
    path = pack(cifar, folder, quality=85)
    ds = data.load("cifar10", "test")
    assert ds.title == "CIFAR-10 (JPEG q85)"
    with np.load(path, allow_pickle=False) as file:
        assert str(file["note"]).startswith("https://www.cs.toronto.edu/~kriz/cifar.html")
        assert "JPEG, quality 85: pixels differ a little" in str(file["note"])


@pytest.mark.parametrize(("quality", "title"), [(60, "CIFAR-10 (JPEG q60)"), (None, "CIFAR-10")])
def test_copy_without_a_title_is_named_by_its_first_image(cifar, folder, quality, title):
    repack(pack(cifar, folder, quality), title=None, note=None)
    assert data.load("cifar10", "test").title == title


def test_what_all_streams_begin_with_is_stored_once(cifar, folder):
    with np.load(pack(cifar, folder, 75), allow_pickle=False) as file:
        header, body = file["header"].tobytes(), file["body"].tobytes()
        first = header + body[: file["length"][0]]
    assert len(header) > 500  # The tables of a JPEG.
    assert first == encode(cifar.images["train"][:1], 75)[0]


def test_photos_of_any_size_and_foreign_split_names_get_our_split(flowers, folder):
    path = pack(flowers, folder)
    expected = data.load("flowers", "valid").fingerprint
    with np.load(path, allow_pickle=False) as file:
        order = np.random.default_rng(0).permutation(len(file["label"]))
        ends = np.cumsum(file["length"])
        parts = [file["body"][ends[row] - file["length"][row] : ends[row]] for row in order]
        changes = {name: file[name][order] for name in ("length", "label", "filename")}
    repack(path, body=np.concatenate(parts), split=np.full(len(order), "val"), **changes)
    assert data.load("flowers", "valid").fingerprint == expected


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.999])
def test_file_cut_short_is_refused(cifar, folder, keep):
    path = pack(cifar, folder)
    content = path.read_bytes()
    path.write_bytes(content[: keep if isinstance(keep, int) else int(keep * len(content))])
    with pytest.raises(
        data.DataError, match=r"cannot read .*cifar10\.npz as a packed data set.*copy it afresh"
    ):
        data.load("cifar10")


def test_flipped_byte_is_found(cifar, folder):
    path = pack(cifar, folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(data.DataError, match=r"cannot read .*Bad CRC-32"):
        data.load("cifar10")


def test_pickled_objects_are_never_opened(cifar, folder):
    repack(pack(cifar, folder), names=np.array([{}], dtype=object))
    with pytest.raises(data.DataError, match="Object arrays cannot be loaded"):
        data.load("cifar10")


def test_plain_array_is_refused(cifar, folder):
    with open(folder / "cifar10.npz", "wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(data.DataError, match="cannot read"):
        data.load("cifar10")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": None}, "array 'label' is missing; it has body, header, length"),
        ({"header": None}, "array 'header' is missing"),
        ({"split": np.zeros(60)}, "array 'split' has type float64 and 1 dimensions"),
        ({"label": np.zeros((60, 1), dtype=int)}, "array 'label' has type int64 and 2 dimensions"),
        ({"body": np.zeros(4, dtype=np.uint16)}, "array 'body' has type uint16, expected uint8"),
        ({"label": np.zeros(59, dtype=int)}, "it holds 59 images, expected 60"),
        ({"length": np.ones(61, dtype=int)}, "array 'length' has 61 entries for 60 images"),
        ({"length": np.ones(60, dtype=int)}, "lengths add up to 60 bytes, body has"),
        ({"length": np.full(60, -1)}, "lengths add up to -60 bytes"),
        ({"label": np.full(60, 10)}, "labels run from 10 to 10"),
        ({"label": np.full(60, -1)}, "labels run from -1 to -1"),
        ({"names": np.array(["cat", "dog"])}, "its classes are cat, dog, expected airplane"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(cifar, folder, change, message):
    repack(pack(cifar, folder), **change)
    with pytest.raises(data.DataError, match=f"not a valid packed copy of cifar10: {message}"):
        data.load("cifar10")


def test_split_of_another_size_is_refused(cifar, folder):
    repack(pack(cifar, folder), split=np.array(["train"] * 40 + ["test"] * 20))
    with pytest.raises(data.DataError, match="has 40 images in split 'train', expected 50"):
        data.load("cifar10")


def test_set_split_by_name_needs_file_names(flowers, folder):
    repack(pack(flowers, folder), filename=None)
    with pytest.raises(data.DataError, match="array 'filename' is missing"):
        data.load("flowers")


def test_full_disk_leaves_no_file_and_keeps_the_old_one(cifar, folder, monkeypatch):
    path = pack(cifar, folder)
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert commands.pack(["cifar10"], folder) == 1
    assert path.read_bytes() == before
    assert [left.name for left in folder.iterdir() if left.is_file()] == ["cifar10.npz"]

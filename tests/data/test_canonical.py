"""The publishers' files: read to the byte, and refused when damaged."""

import gzip
from dataclasses import replace

import numpy as np
import pytest

from course_lib import data
from course_lib.data.catalog import CATALOG


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder that COURSE_DATA names, empty."""
    folder = tmp_path / "class"
    folder.mkdir()
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def pairs(images, labels):
    return sorted(zip((image.tobytes() for image in images), labels.tolist(), strict=True))


@pytest.mark.parametrize("name", ["cifar", "fashion"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_every_pixel_and_label_arrives(name, split, folder, request):
    stand_in = request.getfixturevalue(name)
    stand_in.put(folder)
    ds = data.load(stand_in.spec.name, split)
    assert pairs(ds.images, ds.labels) == pairs(stand_in.images[split], stand_in.labels[split])
    assert ds.title == stand_in.spec.title


def test_flowers_of_any_size_become_squares_with_their_labels(flowers, folder):
    flowers.put(folder)
    sets = [data.load("flowers", split) for split in ("train", "valid", "test")]
    assert [ds.images.shape for ds in sets] == [(45, 128, 128, 3), (9, 128, 128, 3), (6, 128, 128, 3)]
    assert np.array_equal(sum(np.bincount(ds.labels, minlength=5) for ds in sets), np.full(5, 12))


def test_copies_of_a_photo_are_in_one_split(flowers, folder):
    flowers.put(folder)
    sets = [data.load("flowers", split) for split in ("train", "valid", "test")]
    seen = [{image.tobytes() for image in ds.images} for ds in sets]
    assert sum(map(len, seen)) == len(set.union(*seen)) == 59


def test_idx_files_compressed_anew_are_accepted(fashion, folder):
    fashion.put(folder)
    for path in (folder / "fashion_mnist").iterdir():
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1))
    assert len(data.load("fashion_mnist")) == 30


def test_other_files_of_the_same_name_and_shape_are_refused(fashion, folder):
    fashion.put(folder)
    path = folder / "fashion_mnist" / "train-images-idx3-ubyte.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(gzip.compress(content))
    with pytest.raises(data.DataError, match=r"holds something else than train-images-idx3-ubyte\.gz.*MNIST"):
        data.load("fashion_mnist")


def test_idx_content_of_another_shape_is_refused(fashion, folder, monkeypatch):
    fashion.put(folder)
    spec = replace(fashion.spec, splits={"train": 29, "test": 10})
    monkeypatch.setitem(CATALOG, "fashion_mnist", spec)
    with pytest.raises(data.DataError, match="is no IDX file of 29 x 28 x 28 bytes"):
        data.load("fashion_mnist")


@pytest.mark.parametrize("name", ["cifar", "flowers"])
def test_archive_of_another_size_is_refused(name, folder, request):
    stand_in = request.getfixturevalue(name)
    stand_in.put(folder)
    path = next((folder / stand_in.spec.name).iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(data.DataError, match=r"has [\d,]+ bytes, expected [\d,]+: it is cut short"):
        data.load(stand_in.spec.name)


@pytest.mark.parametrize("name", ["cifar", "flowers", "fashion"])
@pytest.mark.parametrize("where", [0.1, 0.6])
def test_damaged_file_is_named(name, where, folder, request):
    stand_in = request.getfixturevalue(name)
    stand_in.put(folder)
    for path in (folder / stand_in.spec.name).iterdir():
        content = bytearray(path.read_bytes())
        start = int(where * len(content))
        content[start : start + 20] = bytes(255 - byte for byte in content[start : start + 20])
        path.write_bytes(content)
    with pytest.raises(data.DataError, match=r"(cannot read .*it is damaged)|(is damaged)"):
        data.load(stand_in.spec.name, limit=None)


def test_archive_without_its_parts_is_refused(cifar, folder, put_archive):
    put_archive(cifar, {"data_batch_2.bin": bytes(10 * 3073)}, folder)
    with pytest.raises(data.DataError, match=r"lacks data_batch_1\.bin, data_batch_3\.bin"):
        data.load("cifar10")


@pytest.mark.parametrize(
    ("length", "message"),
    [(10, "has 10 bytes, expected 30,730"), (30_731, "has 30,731 bytes, expected at most 30,730")],
)
def test_part_of_another_size_is_refused(cifar, folder, put_archive, length, message):
    members = {f"data_batch_{k}.bin": bytes(length) for k in range(1, 6)}
    put_archive(cifar, members, folder)
    with pytest.raises(data.DataError, match=rf"data_batch_1\.bin in .* {message}"):
        data.load("cifar10")


def test_photos_that_are_missing_are_counted(flowers, folder, put_archive):
    put_archive(flowers, {"flower_photos/daisy/1.jpg": b"", "flower_photos/pansy/2.jpg": b""}, folder)
    with pytest.raises(data.DataError, match="holds 1 photos, expected 60"):
        data.load("flowers")


def test_archive_members_cannot_write_anywhere(flowers, folder, put_archive):
    members = {f"../../daisy/{k}.jpg": b"rubbish" for k in range(60)}
    put_archive(flowers, members, folder)
    before = sorted(folder.parent.rglob("*"))
    with pytest.raises(data.DataError):
        data.load("flowers")
    assert sorted(folder.parent.rglob("*")) == before

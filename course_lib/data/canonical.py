"""Readers for the files that the publishers serve. None of them unpickles anything or writes to disk."""

from __future__ import annotations

import gzip
import hashlib
import math
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np

from course_lib.data.catalog import DataSpec, Download
from course_lib.data.decoding import decode
from course_lib.data.errors import DataError
from course_lib.data.source import Source
from course_lib.data.splits import by_name

_IDX_NAMES = {"train": "train", "test": "t10k"}
_CIFAR_MEMBERS = {"train": tuple(f"data_batch_{k}.bin" for k in range(1, 6)), "test": ("test_batch.bin",)}
_MAX_PHOTO = 20_000_000  # Bytes; the largest of tf_flowers has less than 1 MB.


def fashion_mnist(spec: DataSpec, split: str, folder: Path) -> Source:
    """One split from the gzipped IDX files. The content is hashed at each load, as MNIST has files of equal names."""
    stem, count = _IDX_NAMES[split], spec.splits[split]
    files = {download.file_name: download for download in spec.downloads}
    images = _read_idx(folder, files[f"{stem}-images-idx3-ubyte.gz"], (count, *spec.shape[:2]))
    labels = _read_idx(folder, files[f"{stem}-labels-idx1-ubyte.gz"], (count,))
    return Source.of_arrays(spec.title, images[..., None], labels.astype(np.int64))


def cifar10(spec: DataSpec, split: str, folder: Path) -> Source:
    """One split from the binary version: records of a label byte and 3 x 32 x 32 color bytes."""
    path = _sized(folder, spec.downloads[0])
    height, width, channels = spec.shape
    record = 1 + channels * height * width
    wanted = _CIFAR_MEMBERS[split]
    size = spec.splits[split] // len(wanted) * record
    parts = {
        place.name: content for place, content in _members(path, lambda place: place.name in wanted, size)
    }
    missing = [name for name in wanted if name not in parts]
    if missing:
        raise DataError(
            f"{path} lacks {', '.join(missing)}; delete it and run `course data fetch {spec.name}`."
        )
    for name, content in parts.items():
        if len(content) != size:
            raise DataError(f"{name} in {path} has {len(content):,} bytes, expected {size:,}.")
    records = np.frombuffer(b"".join(parts[name] for name in wanted), dtype=np.uint8).reshape(-1, record)
    planes = records[:, 1:].reshape(-1, channels, height, width)

    def read(indices: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(planes[indices].transpose(0, 2, 3, 1))  # (N, C, H, W) -> (N, H, W, C)

    return Source(spec.title, records[:, 0].astype(np.int64), read)


def flowers(spec: DataSpec, split: str, folder: Path) -> Source:
    """One split of the photos, made by `splits.by_name`; only photos that are read are decoded."""
    path = _sized(folder, spec.downloads[0])
    kinds = {name: label for label, name in enumerate(spec.class_names)}
    members = _members(path, lambda place: place.suffix == ".jpg" and place.parent.name in kinds, _MAX_PHOTO)
    photos = [(kinds[place.parent.name], place.name, stream) for place, stream in members]
    total = sum(spec.splits.values())
    if len(photos) != total:
        raise DataError(f"{path} holds {len(photos):,} photos, expected {total:,}; fetch it afresh.")
    photos.sort(key=lambda photo: photo[:2])
    labels = np.array([label for label, _, _ in photos], dtype=np.int64)
    file_names = np.array([name for _, name, _ in photos])
    rows = np.flatnonzero(by_name(spec, labels, file_names.tolist()) == split)

    def read(indices: np.ndarray) -> np.ndarray:
        return decode([photos[row][2] for row in rows[indices]], spec.shape, str(path), spec.photos)

    return Source(spec.title, labels[rows], read, file_names=file_names[rows])


READERS: dict[str, Callable[[DataSpec, str, Path], Source]] = {
    "fashion_mnist": fashion_mnist,
    "cifar10": cifar10,
    "flowers": flowers,
}


def check_file(path: Path, download: Download) -> None:
    """Raise DataError unless `path` holds what `download` promises: the very file, or its content packed anew."""
    if download.content_sha256 is None:
        with open(path, "rb") as file:
            got = hashlib.file_digest(file, "sha256").hexdigest()
        if got != download.sha256:
            raise DataError(
                f"{path} has sha256 {got} ({path.stat().st_size:,} bytes), expected {download.sha256} "
                f"({download.size:,} bytes). Delete it and fetch it again."
            )
    else:
        _content(path, download)


def _content(path: Path, download: Download) -> bytes:
    with _explained(path), gzip.open(path) as file:
        content = file.read()
    got = hashlib.sha256(content).hexdigest()
    if got != download.content_sha256:
        raise DataError(
            f"{path} holds something else than {download.file_name} of the catalog: its content has sha256 {got}, "
            f"expected {download.content_sha256}. Is it a file of MNIST? Delete it and fetch it again."
        )
    return content


def _read_idx(folder: Path, download: Download, shape: tuple[int, ...]) -> np.ndarray:
    """An IDX file of bytes: two zero bytes, type 8, the number of axes, each axis as big-endian uint32, the data."""
    content = _content(folder / download.file_name, download)
    header = bytes((0, 0, 8, len(shape))) + np.array(shape, dtype=">u4").tobytes()
    if not content.startswith(header) or len(content) != len(header) + math.prod(shape):
        raise DataError(
            f"{folder / download.file_name} is no IDX file of {' x '.join(map(str, shape))} bytes."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=len(header)).reshape(shape)


def _sized(folder: Path, download: Download) -> Path:
    """The path of an archive, once its size is right; `check_file` hashes it when it arrives."""
    path = folder / download.file_name
    size = path.stat().st_size
    if size != download.size:
        raise DataError(
            f"{path} has {size:,} bytes, expected {download.size:,}: it is cut short or another file."
        )
    return path


def _members(
    path: Path, wanted: Callable[[PurePosixPath], bool], most: int
) -> list[tuple[PurePosixPath, bytes]]:
    """Path and content of the `wanted` files in a .tar.gz, read into memory; none may exceed `most` bytes."""
    found = []
    with _explained(path), gzip.open(path) as unzipped, tarfile.open(fileobj=unzipped, mode="r:") as archive:
        for member in archive:
            place = PurePosixPath(member.name)
            if member.isfile() and wanted(place):
                if member.size > most:
                    raise DataError(
                        f"{place.name} in {path} has {member.size:,} bytes, expected at most {most:,}."
                    )
                found.append((place, archive.extractfile(member).read()))
        while unzipped.read(1 << 20):
            pass  # gzip compares its checksum at the very end; the tar reader stops before.
    return found


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the many ways in which a damaged archive can fail into one error."""
    try:
        yield
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(
            f"cannot read {path} ({error}): it is damaged or cut short. Delete it and fetch it again."
        ) from error

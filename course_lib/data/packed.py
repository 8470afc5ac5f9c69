"""Packed files: a whole data set in one `<name>.npz`, to carry to a class room.

Image i is the JPEG or PNG stream `header + body[o[i]:o[i + 1]]`, where o is the cumulative sum of `length` from 0 on;
`header` is what all streams begin with and may be empty. `label` and `split` have one entry an image, `names` are the
class names. Optional: `filename`, one an image; `title` and `note`, which say how to call the copy and where it came
from. Nothing in the file is pickled.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from course_lib.data.catalog import DataSpec
from course_lib.data.decoding import decode, encode, is_jpeg, jpeg_quality
from course_lib.data.errors import DataError
from course_lib.data.source import Source
from course_lib.data.splits import by_name

_ARRAYS = {"header": "u", "body": "u", "length": "ui", "label": "ui", "split": "U", "names": "U"}
"""The arrays that every packed file has, with the kinds of number or text they may hold."""


def open_split(spec: DataSpec, split: str, path: Path) -> Source:
    """One split of the packed file at `path`; raises DataError if the file is damaged or holds another set."""
    arrays = _checked(spec, path)
    ends = np.cumsum(arrays["length"], dtype=np.int64)
    header, body = arrays["header"].tobytes(), arrays["body"].tobytes()
    labels, file_names = arrays["label"].astype(np.int64), arrays.get("filename")
    if spec.own_split:
        rows = np.flatnonzero(by_name(spec, labels, file_names.tolist()) == split)
        rows = rows[np.lexsort((file_names[rows], labels[rows]))]
    else:
        rows = np.flatnonzero(arrays["split"] == split)
    if len(rows) != spec.splits[split]:
        raise DataError(
            f"{path} has {len(rows):,} images in split {split!r}, expected {spec.splits[split]:,}."
        )

    def stream(row: int) -> bytes:
        return header + body[ends[row] - int(arrays["length"][row]) : ends[row]]

    def read(indices: np.ndarray) -> np.ndarray:
        return decode([stream(row) for row in rows[indices]], spec.shape, str(path), spec.photos)

    title = str(arrays["title"]) if "title" in arrays else _title(spec, stream(rows[0]))
    own_names = None if file_names is None else file_names[rows]
    return Source(title, labels[rows], read, file_names=own_names)


def write(spec: DataSpec, sources: Mapping[str, Source], folder: Path, quality: int | None = None) -> Path:
    """Write all splits of a set to `folder/<name>.npz` and return the path.

    `quality=None` packs without loss (PNG); a number from 1 to 100 packs JPEGs of that quality, and the title then
    says so. The file appears under its name only when it is complete.
    """
    streams, labels, splits, file_names = [], [], [], []
    for split, source in sources.items():
        streams += encode(source.read(np.arange(len(source.labels))), quality)
        labels.append(source.labels)
        splits.append(np.full(len(source.labels), split))
        if source.file_names is not None:
            file_names.append(source.file_names)
    header = _common_start(min(streams), max(streams))  # What these two share, all that sort between them do.
    bodies = [stream[len(header) :] for stream in streams]
    title = next(iter(sources.values())).title
    arrays = {
        "header": np.frombuffer(header, dtype=np.uint8),
        "body": np.frombuffer(b"".join(bodies), dtype=np.uint8),
        "length": np.array([len(body) for body in bodies], dtype=np.uint32),
        "label": np.concatenate(labels).astype(np.uint8),
        "split": np.concatenate(splits),
        "names": np.array(spec.class_names),
        "title": np.array(title if quality is None else f"{title} (JPEG q{quality})"),
        "note": np.array(_note(spec, quality)),
    }
    if file_names:
        arrays["filename"] = np.concatenate(file_names)
    return _write_whole(folder / f"{spec.name}.npz", arrays)


def _common_start(first: bytes, last: bytes) -> bytes:
    length = min(len(first), len(last))
    return first[: next((i for i in range(length) if first[i] != last[i]), length)]


def _title(spec: DataSpec, stream: bytes) -> str:
    """What to call a copy that does not say itself: lossy copies name their quality."""
    if not is_jpeg(stream):
        return spec.title
    quality = jpeg_quality(stream)
    return f"{spec.title} (JPEG{'' if quality is None else f' q{quality}'})"


def _note(spec: DataSpec, quality: int | None) -> str:
    how = "PNG, without loss" if quality is None else f"JPEG, quality {quality}: pixels differ a little"
    return f"{spec.home}; images as course_lib.data.load returns them; {how}. License: {spec.license}."


def _write_whole(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with open(handle, "wb") as file:
            np.savez(file, **arrays)
        os.chmod(temporary, 0o644)  # mkstemp lets nobody else read; a class should.
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


def _checked(spec: DataSpec, path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file, once they are known to fit each other and `spec`."""
    arrays = _read_arrays(path)
    fault = _type_fault(spec, arrays) or _value_fault(spec, arrays)
    if fault:
        raise DataError(
            f"{path} is not a valid packed copy of {spec.name}: {fault}. Copy it afresh or delete it."
        )
    return arrays


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with open(path, "rb") as file:  # np.load would leave a file that is no archive open.
            loaded = np.load(file, allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                raise ValueError("it holds a single array")
            return {name: loaded[name] for name in loaded.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"cannot read {path} as a packed data set ({error}). It is damaged, cut short or no .npz file: "
            "copy it afresh or delete it."
        ) from error


def _type_fault(spec: DataSpec, arrays: Mapping[str, np.ndarray]) -> str | None:
    """What is wrong with the names and types of the arrays, None if nothing is."""
    wanted = _ARRAYS | ({"filename": "U"} if spec.own_split else {})
    for name, kinds in wanted.items():
        if name not in arrays:
            return f"array {name!r} is missing; it has {', '.join(sorted(arrays)) or 'none'}"
        array = arrays[name]
        if array.dtype.kind not in kinds or array.ndim != 1:
            return f"array {name!r} has type {array.dtype} and {array.ndim} dimensions"
        if name in ("header", "body") and array.dtype != np.uint8:
            return f"array {name!r} has type {array.dtype}, expected uint8"
    return None


def _value_fault(spec: DataSpec, arrays: Mapping[str, np.ndarray]) -> str | None:
    """What is wrong with the lengths and values of the arrays, None if nothing is."""
    labels, length, names = arrays["label"], arrays["length"], arrays["names"].tolist()
    expected = sum(spec.splits.values())
    if len(labels) != expected:
        return f"it holds {len(labels):,} images, expected {expected:,}"
    for name in ("length", "split", "filename"):
        if name in arrays and len(arrays[name]) != expected:
            return f"array {name!r} has {len(arrays[name]):,} entries for {expected:,} images"
    size = length.sum(dtype=np.int64)
    if length.min() < 0 or size != len(arrays["body"]):
        return f"lengths add up to {size:,} bytes, body has {len(arrays['body']):,}"
    if tuple(names) != spec.class_names:
        return f"its classes are {', '.join(names)}, expected {', '.join(spec.class_names)}"
    if not 0 <= labels.min() <= labels.max() < len(names):
        return f"labels run from {labels.min()} to {labels.max()}"
    return None

"""From a name to a Dataset."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral

from course_lib.data import digits, shapes
from course_lib.data.canonical import READERS
from course_lib.data.catalog import DataSpec, check_split, find
from course_lib.data.dataset import Dataset
from course_lib.data.download import fetch_files
from course_lib.data.packed import open_split as open_packed
from course_lib.data.places import Place, locate
from course_lib.data.source import Source
from course_lib.data.splits import balanced

_EMBEDDED: dict[str, Callable[[DataSpec, str], Source]] = {
    "digits": digits.open_split,
    "shapes": shapes.open_split,
}


def load(name: str, split: str, limit: int | None, seed: int) -> Dataset:
    """See `course_lib.data.load`."""
    spec = find(name)
    check_split(spec, split)
    _check_limit(spec, split, limit)
    source = open_split(spec, split, fetch_place(spec))
    rows = balanced(source.labels, limit, seed)
    extras = {key: array[rows] for key in ("boxes", "masks") if (array := getattr(source, key)) is not None}
    return Dataset(
        name, split, source.title, source.read(rows), source.labels[rows], spec.class_names, **extras
    )


def fetch_place(spec: DataSpec) -> Place | None:
    """Where a set lies, after downloading it if it is nowhere yet; None for one that comes with the installation."""
    return (locate(spec) or fetch_files(spec)) if spec.downloads else None


def open_split(spec: DataSpec, split: str, place: Place | None) -> Source:
    """Open one split at a known place, without decoding images."""
    if place is None:
        return _EMBEDDED[spec.name](spec, split)
    return (open_packed if place.packed else READERS[spec.name])(spec, split, place.path)


def _check_limit(spec: DataSpec, split: str, limit: int | None) -> None:
    if limit is None:
        return
    if isinstance(limit, bool) or not isinstance(limit, Integral):
        raise TypeError(f"limit must be a whole number of images or None for all, got {limit!r}")
    if not 1 <= limit <= spec.splits[split]:
        raise ValueError(
            f"limit must lie between 1 and {spec.splits[split]:,}, the size of {spec.name}'s {split} split, "
            f"got {limit:,}; pass None for all images"
        )

"""The data room: image sets as NumPy arrays, checked and reproducible, for any framework.

>>> from course_lib import data
>>> data.load("digits", split="test", limit=100)
<Dataset Digits, test: 100 images 8x8x1, 10 classes>

`course_lib.data.shapes.draw` draws as many colored shapes as you like, at any size.

Importing this package loads nothing heavy; NumPy comes with the first data set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from course_lib.data.catalog import CATALOG, find, names
from course_lib.data.errors import DataError

if TYPE_CHECKING:
    from course_lib.data.dataset import Dataset

__all__ = ["CATALOG", "DataError", "Dataset", "fetch", "load", "names"]


def load(name: str, split: str = "train", limit: int | None = None, seed: int = 0) -> Dataset:
    """Load one split of a data set, in random order.

    The set is looked for in the folder that the environment variable `COURSE_DATA` names, then in the user's cache
    folder; if it is in neither, it is downloaded into the cache, with a message. `digits` and `shapes` come with the
    installation.

    Args:
        name: one of `names()`.
        split: `"train"` or `"test"`; `flowers` has `"valid"` too (for other sets see `Dataset.hold_out`).
        limit: take only so many images, the classes in equal numbers. Only these are decoded, and with the same seed
            a smaller subset is part of a larger one.
        seed: decides the order and the subset.

    Returns:
        Dataset: images uint8 (N, H, W, C) and labels int64 (N,), read-only.

    Raises:
        ValueError: for an unknown name or split, or a limit that is not between 1 and the size of the split.
        DataError: if the data is missing, damaged or out of reach.
    """
    from course_lib.data import loading

    return loading.load(name, split, limit, seed)


def fetch(name: str) -> None:
    """Make sure that a data set is on this machine, downloading it if need be.

    Raises:
        ValueError: for an unknown name.
        DataError: if the download fails; nothing but a part to resume from is left behind.
    """
    from course_lib.data import loading

    loading.fetch_place(find(name))


def __getattr__(name: str):
    if name == "Dataset":
        from course_lib.data.dataset import Dataset

        return Dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The 1,797 handwritten digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np

from course_lib.data.catalog import DataSpec
from course_lib.data.source import Source
from course_lib.data.splits import by_name


def open_split(spec: DataSpec, split: str) -> Source:
    """One split; pixel values 0..16 are scaled to 0..255, and the split is ours (scikit-learn has none)."""
    from sklearn.datasets import load_digits  # Takes a second to import: only who loads digits waits for it.

    raw = load_digits()
    levels = raw.images.astype(np.int64)[..., None]  # (N, 8, 8, 1), 0..16
    images = ((levels * 255 + 8) // 16).astype(np.uint8)
    labels = raw.target.astype(np.int64)
    rows = by_name(spec, labels, [f"{index:04}" for index in range(len(labels))]) == split
    return Source.of_arrays(spec.title, images[rows], labels[rows])

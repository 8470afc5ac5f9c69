"""A split that is open but not decoded yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Source:
    """What every reader returns: the labels at once, the images on demand.

    `labels` is int64 (N,); `read(indices)` returns uint8 (len(indices), H, W, C) and decodes nothing else.
    `boxes`, `masks` and `file_names`, where a set has them, have one entry an image.
    """

    title: str
    labels: np.ndarray
    read: Callable[[np.ndarray], np.ndarray]
    boxes: np.ndarray | None = None
    masks: np.ndarray | None = None
    file_names: np.ndarray | None = None

    @classmethod
    def of_arrays(cls, title: str, images: np.ndarray, labels: np.ndarray) -> Source:
        """A source whose images, uint8 (N, H, W, C), are in memory already."""
        return cls(title, labels, lambda indices: images[indices])

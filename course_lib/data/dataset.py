"""The one type that this room hands out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from course_lib.data.splits import identical, shuffled, stratified_part


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images with their labels, held in memory and read-only.

    The arrays are kept as read-only views: copy before changing one (`torch.tensor(ds.images)` copies).

    Attributes:
        name: what `load` was asked for.
        split: which part of the set this is.
        title: what a page should call the data, such as "CIFAR-10 (JPEG q75)" for a lossy copy.
        images: uint8 (N, H, W, C); C is 1 for grey and 3 for red, green, blue.
        labels: int64 (N,), the index of each image's class in `class_names`.
        class_names: one name a class.
        boxes: None or int64 (N, 4): x1, y1, x2, y2 in pixels from the upper left corner, x2 and y2 exclusive, so that
            `image[y1:y2, x1:x2]` is the object.
        masks: None or bool (N, H, W), True on the object.

    Raises:
        TypeError: for an array of another type.
        ValueError: for an array of another shape, or a label that has no class name.
    """

    name: str
    split: str
    title: str
    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    boxes: np.ndarray | None = None
    masks: np.ndarray | None = None

    def __post_init__(self):
        self._keep("images", np.uint8, ("N", "H", "W", "C"))
        n, height, width, channels = self.images.shape
        if channels not in (1, 3):
            raise ValueError(
                f"images must have 1 or 3 channels in the last axis, got shape {self.images.shape}"
            )
        self._keep("labels", np.int64, (n,))
        if self.boxes is not None:
            self._keep("boxes", np.int64, (n, 4))
        if self.masks is not None:
            self._keep("masks", np.bool_, (n, height, width))
        if n and not 0 <= self.labels.min() <= self.labels.max() < len(self.class_names):
            raise ValueError(
                f"labels must lie in 0..{len(self.class_names) - 1}, one for each of the {len(self.class_names)} "
                f"class names, got {self.labels.min()}..{self.labels.max()}"
            )

    def _keep(self, field: str, dtype: type, shape: tuple[int | str, ...]) -> None:
        """Check an array and replace it by a read-only view; a letter in `shape` stands for any length."""
        array = getattr(self, field)
        if not isinstance(array, np.ndarray) or array.dtype != dtype:
            got = getattr(array, "dtype", type(array).__name__)
            raise TypeError(f"{field} must be a NumPy array of {np.dtype(dtype)}, got {got}")
        fits = len(array.shape) == len(shape) and all(
            isinstance(want, str) or want == have for want, have in zip(shape, array.shape, strict=True)
        )
        if not fits:
            raise ValueError(f"{field} must have shape ({', '.join(map(str, shape))}), got {array.shape}")
        view = array.view()
        view.setflags(write=False)
        object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        size = "x".join(map(str, self.images.shape[1:]))
        extras = [name for name in ("boxes", "masks") if getattr(self, name) is not None]
        what = ", ".join([f"{len(self.class_names)} classes", *extras])
        return f"<Dataset {self.title}, {self.split}: {len(self):,} images {size}, {what}>"

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits of the sha256 of all arrays and class names; the same on every machine."""
        digest = hashlib.sha256("\n".join(self.class_names).encode())
        for array in (self.images, self.labels, self.boxes, self.masks):
            if array is None:
                digest.update(b"none")
                continue
            digest.update(f"{array.dtype.name}{array.shape}".encode())
            little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
            digest.update(np.ascontiguousarray(little_endian).data)
        return digest.hexdigest()[:16]

    def hold_out(self, fraction: float, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Split into two disjoint parts, `(train, valid)`, with the classes in proportion.

        `valid` gets `fraction` of the images (rounded), drawn at random with `seed`. Images with identical bytes
        stay on one side, so that no validation image has been seen in training; only where they cannot be parted
        evenly does `valid` come out smaller. The first part keeps the name of the split, the second is "valid".

        Raises:
            ValueError: if `fraction` is not between 0 and 1, or leaves one part empty.
        """
        if not 0 < fraction < 1:
            raise ValueError(
                f"fraction must lie between 0 and 1, both excluded, got {fraction!r}; "
                f"to hold out k of the {len(self):,} images pass k / {len(self)}"
            )
        count = round(fraction * len(self))
        held = np.zeros(len(self), dtype=bool)
        if count:
            held = stratified_part(self.labels, identical(self.images), shuffled(len(self), seed), count)
        if not held.any() or held.all():
            raise ValueError(
                f"holding out {fraction!r} of {len(self):,} images leaves one part empty; "
                "take another fraction or more images"
            )
        return self._part(~held, self.split), self._part(held, "valid")

    def _part(self, rows: np.ndarray, split: str) -> Dataset:
        arrays = {name: getattr(self, name) for name in ("images", "labels", "boxes", "masks")}
        kept = {name: array[rows] for name, array in arrays.items() if array is not None}
        return replace(self, split=split, **kept)

"""Who goes where: shuffling, balanced subsets and splits that keep copies together.

Everything here is a pure function of its arguments and stays the same on every machine and with every NumPy:
random order comes from the raw stream of PCG64, which NumPy promises never to change.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

from course_lib.data.catalog import DataSpec


def shuffled(count: int, seed: int) -> np.ndarray:
    """A random order of `range(count)`, int64 (count,)."""
    return np.argsort(np.random.PCG64(seed).random_raw(count), kind="stable")


def balanced(labels: np.ndarray, limit: int | None, seed: int) -> np.ndarray:
    """Indices of a random subset of `limit` examples, in random order, int64 (limit,).

    The counts of any two classes differ by at most one, unless a class runs out: then the others fill its place.
    With the same seed a smaller subset is part of a larger one. `limit=None` returns every index.
    """
    order = shuffled(len(labels), seed)
    if limit is None:
        return order
    rank = np.empty(len(order), dtype=np.int64)  # How many of its own class come before.
    for label in np.unique(labels):
        own = np.flatnonzero(labels[order] == label)
        rank[own] = np.arange(len(own))
    first = np.argsort(rank, kind="stable")[:limit]
    return order[np.sort(first)]


def identical(images: np.ndarray) -> np.ndarray:
    """For each image the index of the first image with the same bytes, int64 (N,)."""
    first: dict[bytes, int] = {}
    digests = (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images)
    return np.array([first.setdefault(digest, i) for i, digest in enumerate(digests)], dtype=np.int64)


def stratified_part(labels: np.ndarray, groups: np.ndarray, order: np.ndarray, count: int) -> np.ndarray:
    """Choose `count` examples with the classes in proportion and no group torn apart, bool (N,).

    `groups` (N,) gives equal numbers to examples that must stay together; `order` (n,) lists the candidates, most
    preferred first. Fewer are chosen only where whole groups do not fill a class's share exactly.
    """
    shares = np.bincount(labels[order]) * (count / len(order))
    quota = np.floor(shares).astype(np.int64)
    largest_remainders = np.argsort(quota - shares, kind="stable")
    quota[largest_remainders[: count - quota.sum()]] += 1

    members: dict[int, list[int]] = {}
    for row, group in zip(order.tolist(), groups[order].tolist(), strict=True):
        members.setdefault(group, []).append(row)
    left, label_of = quota.tolist(), labels.tolist()
    chosen = np.zeros(len(labels), dtype=bool)
    for rows in members.values():
        need = Counter(label_of[row] for row in rows)
        if all(left[label] >= number for label, number in need.items()):
            chosen[rows] = True
            for label, number in need.items():
                left[label] -= number
    return chosen


def by_name(spec: DataSpec, labels: np.ndarray, file_names: Sequence[str]) -> np.ndarray:
    """The split of every example of a set that is published without one, str (N,).

    Examples are ordered by the sha256 of "class/file name", so the split depends on nothing else: neither on the
    order of an archive nor on how a copy encodes its images.
    """
    keys = [f"{spec.class_names[label]}/{name}" for label, name in zip(labels, file_names, strict=True)]
    order = np.argsort([hashlib.sha256(key.encode()).hexdigest() for key in keys], kind="stable")
    groups = np.arange(len(keys))
    row_of = {key: row for row, key in enumerate(keys)}
    for group in spec.duplicates:
        rows = [row_of[key] for key in group if key in row_of]
        groups[rows] = rows[:1]

    first, *others = spec.splits
    split_of = np.full(len(keys), first, dtype=object)
    for split in others:
        free = order[split_of[order] == first]
        split_of[stratified_part(labels, groups, free, spec.splits[split])] = split
    return split_of.astype(str)

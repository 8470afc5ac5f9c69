"""What `course data` does: list, fetch, verify, pack. Each prints plain text and returns an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from course_lib.data.catalog import CATALOG, DataSpec, find
from course_lib.data.errors import DataError
from course_lib.data.places import locate


def list_sets() -> int:
    """Print every data set with its splits, image size and where it would be read from now."""
    places = {name: locate(spec) for name, spec in CATALOG.items() if spec.downloads}
    rows = [("name", "splits", "images", "license", "offline", "where")]
    for name, spec in CATALOG.items():
        place = places.get(name)
        splits = ", ".join(f"{split} {count:,}" for split, count in spec.splits.items())
        if not spec.downloads:
            where = "comes with the installation"
        elif place:
            where = str(place.path)
        else:
            where = f"to download, {spec.download_size / 1e6:,.0f} MB"
        offline = "no" if spec.downloads and not place else "yes"
        rows.append((name, splits, "x".join(map(str, spec.shape)), spec.license, offline, where))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def fetch(names: Iterable[str]) -> int:
    """Download the named sets unless they are on this machine; 0 if all are there at the end."""
    return _for_each(names, _fetch)


def verify(names: Iterable[str]) -> int:
    """Decode the named sets and compare them with the catalog's checksums; 0 if all are here and sound."""
    return _for_each(names, _verify)


def pack(names: Iterable[str], folder: str | Path, quality: int | None = None) -> int:
    """Write the named sets as packed files into `folder`; 0 if all were.

    Without `quality` the copies are exact (PNG); a quality from 1 to 95 makes JPEGs, smaller and lossy.

    Raises:
        ValueError: for a quality out of range.
    """
    if quality is not None and not 1 <= quality <= 95:
        raise ValueError(f"quality must lie between 1 and 95, or be None for exact copies, got {quality}")
    return _for_each(names, lambda spec: _pack(spec, Path(folder), quality))


def _for_each(names: Iterable[str], work: Callable[[DataSpec], str]) -> int:
    """Print what `work` says about each set; go on after an error, and return 1 if there was one."""
    failed = False
    for name in names:
        try:
            print(f"{name}: {work(find(name))}")
        except (DataError, ValueError, OSError) as error:
            failed = True
            print(f"course: {name}: {error}", file=sys.stderr)
    return int(failed)


def _fetch(spec: DataSpec) -> str:
    from course_lib.data.loading import fetch_place

    place = fetch_place(spec)
    return f"at {place.path}" if place else "comes with the installation"


def _verify(spec: DataSpec) -> str:
    from course_lib.data.canonical import check_file
    from course_lib.data.loading import load

    place = locate(spec) if spec.downloads else None
    if spec.downloads and not place:
        raise DataError(f"not on this machine; run `course data fetch {spec.name}`")
    if place and not place.packed:
        for download in spec.downloads:
            check_file(place.path / download.file_name, download)
    sets = [load(spec.name, split, None, 0) for split in spec.splits]
    title, count = sets[0].title, sum(map(len, sets))
    exact = title == spec.title and bool(spec.fingerprints)
    for part in sets if exact else ():
        expected = spec.fingerprints[part.split]
        if part.fingerprint != expected:
            raise DataError(f"split {part.split!r} has fingerprint {part.fingerprint}, expected {expected}")
    if exact:
        return f"{title}, {count:,} images, content as in the catalog"
    if place and not place.packed:
        return f"{title}, {count:,} images, files as published"
    if title == spec.title:
        return f"{title}, {count:,} images, sound; an exact copy by its own account"
    return f"{title}, {count:,} images, sound; a lossy copy, to which no published checksum applies"


def _pack(spec: DataSpec, folder: Path, quality: int | None) -> str:
    from course_lib.data import packed
    from course_lib.data.loading import fetch_place, open_split

    place = fetch_place(spec)
    if place is None:
        return "comes with the installation, nothing to pack"
    sources = {split: open_split(spec, split, place) for split in spec.splits}
    path = packed.write(spec, sources, folder, quality)
    return f"{path}, {path.stat().st_size / 1e6:,.0f} MB"

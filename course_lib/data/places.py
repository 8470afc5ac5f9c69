"""Where data lies: the folder that COURSE_DATA names, then the user's cache folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.data.catalog import DataSpec
from course_lib.data.errors import DataError


@dataclass(frozen=True)
class Place:
    """A copy of a data set: a packed file, or the folder that holds the files as published."""

    path: Path
    packed: bool


def cache_folder() -> Path:
    """The folder for downloads: `course_lib` in the cache folder that the operating system gives each user."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "course_lib"


def data_folder() -> Path | None:
    """The folder that COURSE_DATA names, None if it is not set; raises DataError if there is no such folder."""
    named = os.environ.get("COURSE_DATA")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise DataError(f"COURSE_DATA names {named!r}, which is no folder. Correct it or unset it.")
    return folder


def locate(spec: DataSpec) -> Place | None:
    """Where a downloadable set lies now, None if it has to be downloaded first.

    COURSE_DATA goes before the cache; in a folder the published files, `<name>/<file>`, go before the packed copy,
    `<name>.npz`, because that may be lossy.
    """
    for folder in filter(None, (data_folder(), cache_folder())):
        if all((folder / spec.name / download.file_name).is_file() for download in spec.downloads):
            return Place(folder / spec.name, packed=False)
        if (folder / f"{spec.name}.npz").is_file():
            return Place(folder / f"{spec.name}.npz", packed=True)
    return None

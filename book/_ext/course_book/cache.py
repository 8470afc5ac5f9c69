"""Where executed pages are kept, and which inputs make them out of date.

A page's outputs depend on its own cells, which jupyter-cache compares, and on the library, the recorded results and the
pinned versions, which it does not. So every state of those has a cache folder of its own, named by their hash.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from course_book.paths import ROOT

PREFIX = "jcache-"
# The demos' sources are left out: what they are bundled into lies beside them and counts.
PRUNED = {"__pycache__", "node_modules", "src"}


def library_files(root: Path = ROOT) -> Iterator[Path]:
    """Yield the files that every page's outputs depend on, in a fixed order."""
    yield root / "constraints.txt"
    yield from sorted((root / "book" / "results").rglob("*.json"))
    for folder, folders, names in os.walk(root / "course_lib"):
        folders[:] = sorted(set(folders) - PRUNED)
        yield from (Path(folder, name) for name in sorted(names))


def digest(files: Iterable[Path], root: Path = ROOT) -> str:
    """Hash the names and contents of `files`, and the Python that runs; a missing file counts as empty."""
    state = hashlib.sha256(platform.python_version().encode())
    for path in files:
        name = os.path.relpath(path, root).replace(os.sep, "/")
        state.update(f"\0{name}\0".encode() + (path.read_bytes() if path.is_file() else b""))
    return state.hexdigest()


def cache_folder(build: Path, root: Path = ROOT) -> Path:
    """Return the folder in `build` for pages executed with the library as it is now; remove the older ones."""
    current = build / (PREFIX + digest(library_files(root), root)[:16])
    for old in build.glob(PREFIX + "*"):
        if old != current:
            shutil.rmtree(old)
    return current

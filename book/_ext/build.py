"""Build the book: `make book`, or `python book/_ext/build.py`.

Pages that are out of date are executed in parallel, then Sphinx writes the site; any warning stops the build. When no
input has changed since the last good build, nothing is done. The last line says where the front page is or, after a
failure, what went wrong.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

EXTENSIONS = Path(__file__).resolve().parent
ROOT = EXTENSIONS.parents[1]
sys.path[:0] = [str(EXTENSIONS), str(ROOT)]

from course_book.cache import digest, library_files  # noqa: E402  (found through the path set above)


def main(arguments: list[str] | None = None) -> int:
    """Build what the command line names; return the exit status."""
    options = _parser().parse_args(arguments)
    build, site = options.output / "_build", options.output / "_build" / "html"
    stamp = build / "book.json"
    state = _state(options)
    last = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else {}
    if {**state, "site": _fingerprint(site)} == last:
        print(f"Nothing has changed. The book's front page: {_shown(site / 'index.html')}")
        return 0
    stamp.unlink(missing_ok=True)
    # Also after a build that failed, and so left no stamp: Sphinx would not warn again of pages that it has read.
    if state["frame"] != last.get("frame"):
        shutil.rmtree(site, ignore_errors=True)
        shutil.rmtree(build / ".doctrees", ignore_errors=True)
    start = time.perf_counter()
    cause = _run_sphinx(options, site)
    if cause:
        print(f"\nThe book was not built:\n{cause}", file=sys.stderr)
        return 1
    stamp.write_text(json.dumps({**state, "site": _fingerprint(site)}, indent=1), encoding="utf-8")
    seconds = time.perf_counter() - start
    print(f"Built in {seconds:.0f} s. The book's front page: {_shown(site / 'index.html')}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=ROOT / "book", help="folder of pages")
    parser.add_argument("--config", type=Path, default=ROOT / "_config.yml")
    parser.add_argument("--toc", type=Path, default=ROOT / "_toc.yml")
    parser.add_argument("--output", type=Path, default=ROOT, help="folder in which _build/html is written")
    return parser


def _state(options: argparse.Namespace) -> dict[str, str]:
    """Hash the inputs: all of them, and the frame, which is all but the text of the pages."""
    files = [path for path in _files(options.source) if "__pycache__" not in path.parts]
    pages = [path for path in files if path.suffix == ".md"]
    rest = [path for path in files if path.suffix != ".md"]
    frame = digest([options.config, options.toc, *rest, *library_files()], options.source)
    names = "\n".join(str(path) for path in pages)
    frame = hashlib.sha256(f"{frame}\n{names}".encode()).hexdigest()
    return {"frame": frame, "pages": digest(pages, options.source)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _fingerprint(site: Path) -> str:
    """Tell whether the built site is still whole, by the names and sizes of its files."""
    listing = "\n".join(f"{path.relative_to(site)} {path.stat().st_size}" for path in _files(site))
    return hashlib.sha256(listing.encode()).hexdigest()


def _run_sphinx(options: argparse.Namespace, site: Path) -> str:
    """Build with Jupyter Book's configuration; return what went wrong, or nothing."""
    from jupyter_book.sphinx import build_sphinx
    from sphinx.util.console import nocolor

    if not sys.stdout.isatty():
        nocolor()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    overrides = {"external_toc_path": options.toc.resolve().as_posix(), "latex_individualpages": False}
    warnings = _Tee(sys.stderr)
    with contextlib.redirect_stderr(warnings):
        outcome = build_sphinx(
            options.source.resolve(),
            site.resolve(),
            noconfig=True,
            path_config=options.config,
            confoverrides=overrides,
            force_all=True,  # a changed title must reach the navigation of every page
            warningiserror=True,
            keep_going=True,
        )
    if isinstance(outcome, BaseException):
        return str(outcome) or type(outcome).__name__
    return warnings.written.strip() if outcome else ""


class _Tee(io.TextIOBase):
    """Passes text on to a stream and remembers it."""

    def __init__(self, stream: io.TextIOBase):
        self.stream, self.written = stream, ""

    def write(self, text: str) -> int:
        self.written += text
        return self.stream.write(text)

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()


def _shown(path: Path) -> str:
    """Return the path as one would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path.resolve())


if __name__ == "__main__":
    sys.exit(main())

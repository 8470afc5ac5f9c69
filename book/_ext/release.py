"""Write what each audience should get: `make release`, or `python book/_ext/release.py`.

Into `_build/release/` go `public/` (the public tree), `student.zip`, `instructor.zip` and `site.zip`. Only files that
git tracks are taken. The public tree and the student bundle hold no solutions, no answer banks and no hidden tests: a
notebook or page with a hidden block, or any file with a line of a real one, stops the release. The same files always
give the same archives, byte for byte.
"""

import argparse
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

EXTENSIONS = Path(__file__).resolve().parent
ROOT = EXTENSIONS.parents[1]
sys.path[:0] = [str(EXTENSIONS), str(ROOT)]

import nbformat  # noqa: E402
import yaml  # noqa: E402
from course_book import notebooks  # noqa: E402  (found through the path set above)

SECRET = ("solutions/", "tests/answers/")
STUDENT = ("exercises/", "course_lib/", "notebooks/")
STUDENT_FILES = ("environment.yml", "pyproject.toml", "constraints.txt", "Makefile", "README.md", "LICENSE")
INSTRUCTOR = (*SECRET, "exercises/", "book/instructors/")
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)
MARKS = ("### BEGIN HIDDEN TESTS", "### BEGIN SOLUTION")
TELLING = 30  # characters; a shorter line, such as `check.score()`, may well stand elsewhere too
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


class ReleaseError(Exception):
    """What must be put right before a release."""


def main(arguments: list[str] | None = None) -> int:
    """Write the release; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    parser.add_argument("--site", type=Path, help="the built book (default: _build/html of the repository)")
    options = parser.parse_args(arguments)
    try:
        target = release(options.root, options.site or options.root / "_build" / "html")
    except ReleaseError as error:
        print(f"No release: {error}", file=sys.stderr)
        return 1
    print(f"The release is in {target}")
    return 0


def release(root: Path, site: Path) -> Path:
    """Write all four parts under `_build/release` and return that folder.

    Raises:
        ReleaseError: git tracks nothing here, the book is not built, or a hidden test would become public.
    """
    if not (site / "index.html").is_file():
        raise ReleaseError(f"expected the built book in {site}, found no index.html: run make book first")
    target = root / "_build" / "release"
    shutil.rmtree(target, ignore_errors=True)
    tracked = tracked_files(root)
    public = target / "public"
    copy(root, [name for name in tracked if not name.startswith(SECRET)], public)
    notebooks.write_all(public / "book", public / "notebooks", launch_options(root))
    refuse_secrets(public, secret_lines(root, tracked))
    student = [name for name in files(public) if name.startswith(STUDENT) or name in STUDENT_FILES]
    archive(public, student, target / "student.zip")
    instructor = [name for name in tracked if name.startswith(INSTRUCTOR) or name == "LICENSE"]
    archive(root, instructor, target / "instructor.zip")
    archive(site, files(site), target / "site.zip")
    return target


def tracked_files(root: Path) -> list[str]:
    """Return the names of the files that git tracks and that are there, with forward slashes."""
    command = ["git", "-C", str(root), "ls-files", "-z"]
    listing = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    names = sorted(name for name in listing.stdout.split("\0") if name and (root / name).is_file())
    if not names:
        raise ReleaseError(
            f"expected a git repository with files in {root}, found none: {listing.stderr.strip()}"
        )
    return names


def files(folder: Path) -> list[str]:
    """Return the names of all files below `folder`, with forward slashes."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def launch_options(root: Path) -> dict[str, str]:
    """Read from `_config.yml` where the public tree will be."""
    repository = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8")).get("repository", {})
    return {"repository": repository.get("url", "").rstrip("/"), "branch": repository.get("branch", "main")}


def copy(root: Path, names: Iterable[str], target: Path) -> None:
    """Copy the files `names` of `root` to the same places below `target`."""
    for name in names:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, path)


def secret_lines(root: Path, tracked: Iterable[str]) -> set[str]:
    """Return the telling lines of the hidden tests: those that no visible part of the solutions repeats."""
    texts = [text_of(root / name) for name in tracked if name.startswith("solutions/")]
    hidden = {line.strip() for text in texts for block in HIDDEN.findall(text) for line in block.splitlines()}
    visible = {line.strip() for text in texts for line in HIDDEN.sub("", text).splitlines()}
    return {line for line in hidden - visible if len(line) >= TELLING}


def refuse_secrets(folder: Path, secrets: set[str]) -> None:
    """Stop the release if a file below `folder` would give away a hidden test or a solution."""
    found = []
    for name in files(folder):
        text = text_of(folder / name)
        explains = "instructors/" in name  # these pages show how hidden tests are written
        marked = name.endswith((".ipynb", ".md")) and not explains and any(mark in text for mark in MARKS)
        if marked or secrets & {line.strip() for line in text.splitlines()}:
            found.append(name)
    if found:
        raise ReleaseError(f"these public files give away hidden tests or solutions: {', '.join(found)}")


def text_of(path: Path) -> str:
    """Return a text file's text, a notebook's sources, and nothing for other files."""
    if path.suffix == ".ipynb":
        return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    return path.read_bytes().decode("utf-8", errors="replace")


def archive(root: Path, names: Iterable[str], path: Path) -> None:
    """Zip the files `names` of `root` in order, with a fixed date and equal rights."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in names:
            entry = zipfile.ZipInfo(f"{path.stem}/{name}", FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, (root / name).read_bytes())


if __name__ == "__main__":
    sys.exit(main())

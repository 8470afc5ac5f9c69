"""The secret that hidden tests draw their inputs from: one a term, from which each problem set has its own seed.

It is the same for the whole class and for every regrade, so that marks are fair and repeatable. It lies in the
instructor's own configuration, readable by nobody else, or in the environment variable COURSE_GRADING_SEED;
never in the course folder, which becomes what students receive.
"""

import hashlib
import os
import secrets
from pathlib import Path

from course_lib.grading.checking.checks import SEED
from course_lib.grading.notebooks import GradingError

TERM = "COURSE_TERM"


def seed_file(term: str | None = None) -> Path:
    """Where a term's secret lies; the term is COURSE_TERM, or `default`.

    Raises GradingError for a name that is no plain word.
    """
    term = term or os.environ.get(TERM) or "default"
    if not term.replace("-", "").replace("_", "").isalnum():
        raise GradingError(f"term {term!r}: use letters, digits, - and _")
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "course-lib" / f"seed-{term}"


def make(term: str | None = None) -> Path:
    """Make a term's secret and return where it is.

    Raises GradingError when there is one: another would change the marks of whoever is graded again.
    """
    path = seed_file(term)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise GradingError(
            f"{path} is there already; marks depend on it, so it stays. Name another term with --term."
        ) from None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path


def read(term: str | None = None) -> str | None:
    """A term's secret, or None when there is none.

    Raises GradingError when others can read it.
    """
    path = seed_file(term)
    if not path.is_file():
        return None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise GradingError(f"{path} can be read by others: type chmod 600 {path}")
    return path.read_text().strip()


def seed_for(problem_set: str) -> str:
    """The seed of a problem set this term; the term's secret is made when first needed."""
    given = os.environ.get(SEED)
    if given:
        return given
    secret = read()
    if secret is None:
        path = make()
        print(f"Made this term's secret seed: {path}. Keep a copy: marks can be repeated with it only.")
        secret = read()
    return hashlib.sha256(f"{secret}/{problem_set}".encode()).hexdigest()

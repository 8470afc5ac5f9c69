"""Looking after the gradebook: opening it, backing it up before every batch, taking a student out of it.

It is nbgrader's own database, SQLite by default; any other is named in `solutions/term.toml`.
"""

import contextlib
import datetime
import glob
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.grading.notebooks import GradingError
from course_lib.grading.term import FILE, read_term

if TYPE_CHECKING:
    from sqlalchemy import Engine

COURSE = "training-deep-networks"
BUILD = "_build/grading"
BACKUPS = f"{BUILD}/backups"
DATABASE = ".db"
DUMP = ".dump"
# A student's own files below the build folder: STEP/STUDENT/, STEP/SET/STUDENT.json, and those of the samples.
OWN = ("*/{}", "*/*/{}.*", "sample/*/{}")


def database_url(root: Path, build: str = BUILD) -> str:
    """Where the gradebook of a course folder is, in SQLAlchemy's form."""
    return read_term(root).gradebook or f"sqlite:///{(root / build / 'gradebook.db').as_posix()}"


@contextlib.contextmanager
def opened(root: Path) -> Iterator:
    """The gradebook of a course folder.

    Raises GradingError when there is none yet: it must not come into being by looking at it.
    """
    from nbgrader.api import Gradebook

    url = database_url(root)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise GradingError("there is no gradebook yet: course grade makes one")
    with Gradebook(url, COURSE) as gradebook:
        yield gradebook


@contextlib.contextmanager
def one_transaction(database: "Engine") -> Iterator[None]:
    """What nbgrader writes into the gradebook in this block is one transaction: there whole or not at all.

    nbgrader opens the gradebook anew for each of its steps and commits after each change, about twenty times a
    submission, and each time waits for the disk. Here all steps get one connection, whose transaction ends with
    the block.
    """
    from nbgrader import api

    make = api.create_engine
    with database.begin() as connection:
        connection.dispose = lambda: None  # a step closes what it takes for an engine of its own
        api.create_engine = lambda *_, **__: connection
        try:
            yield
        finally:
            api.create_engine = make


def tables_version() -> str:
    """The version of nbgrader's tables, which a new gradebook notes down.

    nbgrader asks the program alembic, which takes two seconds to start and need not be on the user's PATH.
    """
    from alembic.script import ScriptDirectory
    from nbgrader import dbutil

    return ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head()


# ---- backups


def backup(url: str, folder: Path, keep: int = 10) -> Path | None:
    """Write a copy of the gradebook into `folder` and remove the oldest ones beyond `keep`; returns its path.

    SQLite is copied by its own online backup, so that a copy made while somebody writes is whole; None when
    there is no gradebook yet. PostgreSQL is dumped by pg_dump. Raises GradingError when that is missing or
    fails, and for other databases: a batch must not start without a backup.
    """
    from sqlalchemy import make_url

    where = make_url(url)
    kind = where.get_backend_name()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"gradebook-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S-%f}"
    if kind == "sqlite":
        if not Path(where.database).is_file():
            return None
        path = _copied(Path(where.database), folder / f"{name}{DATABASE}")
    elif kind == "postgresql":
        path = _dumped(where, folder / f"{name}{DUMP}")
    else:
        raise GradingError(f"cannot back up a gradebook in {kind}: use SQLite or PostgreSQL")
    for old in backups(folder)[:-keep]:
        old.unlink()
    return path


def backups(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first."""
    return sorted(path for path in folder.glob("gradebook-*") if path.suffix in (DATABASE, DUMP))


def _copied(source: Path, target: Path) -> Path:
    partial = target.with_suffix(".part")
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(partial)) as new,
    ):
        old.backup(new)
    partial.replace(target)
    return target


def _dumped(where, target: Path) -> Path:
    program = shutil.which("pg_dump")
    if program is None:
        raise GradingError(
            "the gradebook is in PostgreSQL, and pg_dump, which backs it up, is not installed: install the package "
            "postgresql-client"
        )
    partial = target.with_suffix(".part")
    # The password goes by the environment: a command line can be read by every user of the machine.
    environment = os.environ | ({"PGPASSWORD": where.password} if where.password else {})
    plain = where.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(
        [program, "--format=custom", f"--file={partial}", f"--dbname={plain}"],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        partial.unlink(missing_ok=True)
        raise GradingError(f"pg_dump could not back up the gradebook: {done.stderr.strip()}")
    partial.replace(target)
    return target


# ---- taking a student out


@dataclass
class Traces:
    """Where data of a student lie."""

    student: str
    submissions: list[str] = field(default_factory=list)  # problem sets in the gradebook
    in_gradebook: bool = False
    paths: list[Path] = field(default_factory=list)  # files and folders of the student's own
    journals: list[Path] = field(default_factory=list)  # files with lines about the student
    backups: list[Path] = field(default_factory=list)  # gradebooks that hold the student
    dumps: list[Path] = field(default_factory=list)  # may hold the student and can only go as a whole
    named_in: list[Path] = field(default_factory=list)  # to be edited by hand

    def lines(self, root: Path) -> list[str]:
        """What is there, a line each."""

        def short(path: Path) -> str:
            return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)

        sets = f", with submissions of {', '.join(self.submissions)}" if self.submissions else ""
        return [
            *([f"gradebook: the student{sets}"] if self.in_gradebook else []),
            *(f"delete: {short(path)}" for path in self.paths),
            *(f"lines about the student in: {short(path)}" for path in self.journals),
            *(f"the student in the backup: {short(path)}" for path in self.backups),
            *(f"delete the backup as a whole: {short(path)}" for path in self.dumps),
        ]


def traces(root: Path, student: str, submissions: Path | None = None) -> Traces:
    """Find everything that grading keeps about a student, and their hand-ins in the folder `submissions`."""
    from nbgrader.api import MissingEntry

    if not student or Path(student).name != student or student in (".", ".."):
        raise GradingError(f"{student!r} is no student's name")
    found = Traces(student)
    with contextlib.suppress(GradingError), opened(root) as gradebook, contextlib.suppress(MissingEntry):
        known = gradebook.find_student(student)
        found.in_gradebook = True
        found.submissions = sorted(submission.assignment.name for submission in known.submissions)
    build, name = root / BUILD, glob.escape(student)
    found.paths = [path for pattern in OWN for path in sorted(build.glob(pattern.format(name)))]
    found.paths += sorted(build.glob("similar-*.html"))  # they compare students with each other
    if submissions is not None:
        found.paths += sorted(submissions.glob(name))
    found.journals = [path for path in sorted(build.rglob("*.jsonl")) if _kept_lines(path, student)[1]]
    for path in backups(root / BACKUPS):
        if path.suffix == DUMP:
            found.dumps.append(path)
        elif _in_backup(path, student):
            found.backups.append(path)
    rules = root / FILE
    if rules.is_file() and f'"{student}"' in rules.read_text(encoding="utf-8"):
        found.named_in.append(rules)
    return found


def _kept_lines(path: Path, student: str) -> tuple[list[str], int]:
    """The lines of a journal that are not about the student, and how many are."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not _about(line, student)]
    return kept, len(lines) - len(kept)


def _about(line: str, student: str) -> bool:
    try:
        record = json.loads(line)
    except ValueError:  # a line cut off when grading was killed
        return student in line
    return student in json.dumps(record) and _holds(record, student)


def _holds(record: object, student: str) -> bool:
    if isinstance(record, dict):
        return any(key == student or _holds(value, student) for key, value in record.items())
    if isinstance(record, list):
        return any(_holds(value, student) for value in record)
    return record == student


def _in_backup(path: Path, student: str) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT 1 FROM student WHERE id = ?", (student,)).fetchone() is not None


def forget(root: Path, found: Traces) -> None:
    """Delete what was found; the files in `named_in` are left to a person."""
    from nbgrader.api import Gradebook

    if found.in_gradebook:
        with opened(root) as gradebook:
            gradebook.remove_student(found.student)
    for path in found.backups:
        with Gradebook(f"sqlite:///{path.as_posix()}", COURSE) as gradebook:
            gradebook.remove_student(found.student)
    url = database_url(root)
    own = (
        [Path(url.removeprefix("sqlite:///"))] if found.in_gradebook and url.startswith("sqlite:///") else []
    )
    for path in own + found.backups:
        _squeeze(path)
    for path in found.journals:
        partial = path.with_suffix(".part")
        partial.write_text("".join(_kept_lines(path, found.student)[0]), encoding="utf-8")
        partial.replace(path)
    for path in found.paths + found.dumps:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _squeeze(path: Path) -> None:
    """Write a SQLite file anew: deleted rows would stay in its free pages."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("VACUUM")

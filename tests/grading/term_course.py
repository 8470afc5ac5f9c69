"""A gradebook with a small class, in SQLite or in a PostgreSQL server of its own, for the tests of a term's life."""

import contextlib
import datetime
import functools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from nbgrader.api import Gradebook, get_alembic_version

from course_lib.grading.term.gradebook import COURSE

SET = "ps00-double"
DUE = datetime.datetime(2026, 11, 30, 12, 0)


def program(name: str) -> str | None:
    """A program of PostgreSQL's server package, which Debian keeps out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server in a folder of its own, reached by a Unix socket; gives the URL of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="course-pg-"))
    user: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        owner = pwd.getpwnam("nobody")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        user = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]

    def run(*command: str) -> None:
        done = subprocess.run([*user, *command], capture_output=True, text=True, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(folder / "data")
    run(
        program("initdb"),
        "-D",
        data,
        "-U",
        "teacher",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C",
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        run(program("createdb"), "-h", str(folder), "-U", "teacher", "grades")
        yield f"postgresql+psycopg://teacher@/grades?host={folder}"
    finally:
        run(program("pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def empty_database(url: str) -> None:
    """Drop every table, so that each test starts with a new gradebook."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@functools.cache
def schema_version() -> str:
    """The version that nbgrader writes into a new gradebook; it starts the program alembic to find it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with mock.patch.dict(os.environ, PATH=path):
        return get_alembic_version()


def new_gradebook(url: str) -> None:
    """Make a gradebook with the class in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbgrader.api.get_alembic_version", schema_version)
        with Gradebook(url, COURSE) as gradebook:
            fill(gradebook)


def fill(gradebook) -> None:
    """A set with one task (4 points) and a written answer (2), and three students who handed it in."""
    gradebook.add_assignment(SET)
    gradebook.add_notebook(SET, SET)
    for name, points, kind in (("test-double", 4, "code"), ("why", 2, "markdown")):
        gradebook.add_grade_cell(name, SET, SET, max_score=points, cell_type=kind)
    for name in ("double", "why"):
        gradebook.add_solution_cell(name, SET, SET)
    people = {"ada": ("Ada", "Lovelace"), "grace": ("Grace", "Hopper"), "emmy": ("=Emmy", "Noether")}
    for count, (name, (first, last)) in enumerate(people.items()):
        names = {"first_name": first, "last_name": last, "email": f"{name}@uni.example"}
        gradebook.add_student(name, lms_user_id=str(count), **names)
        hand_in(gradebook, name, DUE - datetime.timedelta(hours=1))
        score(gradebook, name, 4 - count)


def hand_in(gradebook, student: str, when: datetime.datetime) -> None:
    """Note when a student handed in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's way to build a submission
        gradebook.update_or_create_submission(SET, student, timestamp=when)


def score(
    gradebook, student: str, auto: float | None, by_hand: float | None = 2, comment: str | None = None
) -> None:
    """Give the task `auto` points and the written answer `by_hand`."""
    task = gradebook.find_grade("test-double", SET, SET, student)
    task.auto_score, task.needs_manual_grade = auto, False
    why = gradebook.find_grade("why", SET, SET, student)
    why.manual_score, why.needs_manual_grade = by_hand, by_hand is None
    gradebook.find_comment("why", SET, SET, student).manual_comment = comment
    gradebook.db.commit()

"""A class is graded into PostgreSQL by the same command: a whole batch, a resumed one, the same marks as in SQLite."""

import os

import nbformat
import pytest
import term_course

from course_lib.grading import commands
from course_lib.grading.judge import judging
from course_lib.grading.marking.engine import Engine, filled_in
from course_lib.grading.term import FILE, gradebook

SET = "ps00-double"
CODE = {"ada": "return 2 * x", "emmy": "return 6", "grace": "return x"}


@pytest.fixture
def url():
    """A PostgreSQL server's empty database."""
    if term_course.program("initdb") is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL's server is not installed on this machine")
    with term_course.postgres_server() as found:
        yield found


def hand_in(folder, blank):
    """Write each student's file."""
    for student, body in CODE.items():
        path = folder / student / f"{SET}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(filled_in(blank, {"double": f"def double(x):\n    {body}"}), path)
    return folder


def marks(root):
    """The tests' marks by student, from the gradebook that the course folder names."""
    return {student: row[0].score for student, row in Engine(root).all_marks(SET).items()}


@pytest.mark.filterwarnings("ignore")  # Dask's and SQLAlchemy's own
def test_a_batch_is_graded_and_resumed_in_postgresql(course, blank, tmp_path, url, boxes, monkeypatch):
    handed_in = hand_in(tmp_path / "in", blank)
    assert commands.grade(SET, handed_in, course, commands.How(sandbox=boxes.kind)) == 0
    in_sqlite = marks(course)
    assert in_sqlite == {"ada": 3, "emmy": 1, "grace": 0}

    (course / FILE).write_text(f'[gradebook]\nurl = "{url}"\n')
    assert gradebook.database_url(course) == url
    how = commands.How(sandbox=boxes.kind, workers=2)
    assert commands.grade(SET, handed_in, course, how) == 0
    assert marks(course) == in_sqlite

    # Resumed, it grades nobody again, and a backup of what is there lies beside the others.
    monkeypatch.setattr(judging, "grade_one", None)
    assert commands.grade(SET, handed_in, course, commands.How(boxes.kind, workers=2, resume=True)) == 0
    assert marks(course) == in_sqlite
    assert list((course / gradebook.BACKUPS).glob("*" + gradebook.DUMP))

"""A course with one tiny problem set, so that nbgrader's steps can be tested in seconds; a check on its own."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading import Checks, commands, notebooks

SOLUTION = """
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
"""
TESTS = """
from course_lib.grading import Checks

check = Checks("ps00", "double", points=3)


@check.visible("doubles three", points=1)
def _(double):
    check.equal(double(3), 6)


### BEGIN HIDDEN TESTS
@check.hidden("doubles a secret number", points=2, hint="It works for three only.")
def _(double):
    secret_number = 987654
    check.equal(double(secret_number), 1975308)


### END HIDDEN TESTS
check.score()
"""


def cell(make, name: str, source: str, **marks):
    """A cell that nbgrader knows."""
    marks = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3} | marks
    return make(source.strip("\n"), id=name, metadata={"nbgrader": {"grade_id": name, **marks}})


@pytest.fixture(scope="session")
def released_course(tmp_path_factory) -> Path:
    """A course folder with problem set ps00-double, released once: making a gradebook takes seconds."""
    root = tmp_path_factory.mktemp("course")
    path = root / "solutions" / "ps00-double" / "ps00-double.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(tiny_set(), path)
    assert commands.release("ps00", root) == 0
    return root


@pytest.fixture
def source():
    """The source notebook of the tiny problem set."""
    return tiny_set()


def tiny_set():
    """A source notebook with one task and one written question."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Doubling", id="title"),
            cell(new_code_cell, "double", SOLUTION, solution=True),
            cell(new_code_cell, "test-double", TESTS, grade=True, locked=True, points=3),
            cell(new_markdown_cell, "why", "Because.", grade=True, solution=True, points=1),
        ]
    )
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "course": {"grade_ids": ["double", "test-double", "why"]},
    }
    return notebook


@pytest.fixture
def course(released_course, tmp_path) -> Path:
    """A copy of the course for one test."""
    return shutil.copytree(released_course, tmp_path / "course")


@pytest.fixture
def blank(course):
    """The student version of the tiny set."""
    return notebooks.read(course / "exercises" / "ps00-double" / "ps00-double.ipynb")


@pytest.fixture
def one():
    """A function that runs a single check: `one(student, body)` tests `body(check, f)` with `student` as f."""

    def run(student, body, points=1.0, hidden=False, hint=None, **options):
        check = Checks("ps00", "task", points, **options)
        check.namespace = {} if student is None else {"f": student}

        @getattr(check, "hidden" if hidden else "visible")("the property", points=points, hint=hint)
        def _(f):
            body(check, f)

        return check.score()

    return run

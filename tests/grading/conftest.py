"""A course with one tiny problem set, so that nbgrader's steps can be tested in seconds; a check on its own."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading import Checks, commands, notebooks, sandbox
from course_lib.grading.judge import judging

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


TASKS = ("first", "second", "third")


def three_tasks_notebook():
    """A source notebook with three tasks: each wants a function that doubles, for a visible and a hidden point."""
    cells = []
    for name in TASKS:
        solution = SOLUTION.replace("double", name)
        tests = (
            TESTS.replace("double", name)
            .replace("points=3", "points=2, seconds=1")
            .replace("points=2, hint", "points=1, hint")
        )
        cells.append(cell(new_code_cell, name, solution, solution=True))
        cells.append(cell(new_code_cell, f"test-{name}", tests, grade=True, locked=True, points=2))
    notebook = new_notebook(cells=cells)
    names = [part.id for part in cells]
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "course": {"grade_ids": names},
    }
    return notebook


@pytest.fixture
def three_tasks():
    """A source notebook with three tasks."""
    return three_tasks_notebook()


@pytest.fixture(scope="session")
def three_tasks_file(tmp_path_factory) -> Path:
    """The same as a file, for tests that only read it."""
    path = tmp_path_factory.mktemp("paper") / "ps00.ipynb"
    nbformat.write(three_tasks_notebook(), path)
    return path


@pytest.fixture(scope="session")
def boxes():
    """The sandbox of this machine; missing on a user's machine, skip; in CI, fail."""
    if not sandbox.available():
        stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        stop(f"there is no sandbox here: {sandbox.reason_against()}")
    return sandbox.choose()


@pytest.fixture
def judge(boxes, tmp_path):
    """A function that grades: `judge({task: source}, notebook=...)` gives the outcome."""

    def grade(answers, notebook=None, extra=(), seed="a secret", kind=boxes, **limits):
        source = tmp_path / "source" / "ps00.ipynb"
        source.parent.mkdir(exist_ok=True)
        notebook = notebook or three_tasks_notebook()
        nbformat.write(notebook, source)
        submitted = notebooks.read(source)
        for part in list(submitted.cells):
            part.source = notebooks.split_hidden(part.source)[0]
            if part.id in answers:
                part.source = answers[part.id]
        submitted.cells += [new_code_cell(text) for text in extra]
        path = tmp_path / "ps00.ipynb"
        nbformat.write(submitted, path)
        chosen = sandbox.Limits(**{"seconds": 2, "memory_bytes": 300 << 20, **limits})
        return judging.grade_one(source, path, seed=seed, sandbox=kind, limits=chosen)

    return grade


@pytest.fixture(autouse=True)
def no_lasting_seed(tmp_path, monkeypatch):
    """No test makes a secret in the configuration of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

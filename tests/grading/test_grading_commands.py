"""The commands on a tiny course: release, check as a student, grade as an instructor."""

import copy
import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from course_lib.grading import commands, notebooks
from course_lib.grading.marking.engine import Engine, filled_in
from course_lib.grading.marking.feedback import REMOVED, UNFINISHED, CleanFeedback

RIGHT = "def double(x):\n    return x + x"
# The answer tries to bring the tests to light in every way a student's cell can: by its outputs and by its exceptions.
NOSY = """
import logging
import os
import sys
import warnings

from IPython.display import HTML, display

logging.basicConfig(stream=sys.stderr)


def double(x):
    warnings.warn("a harmless warning")
    logging.getLogger("noise").warning("a harmless line")
    os.write(2, b"a line from a library written in C")
    print("the input is", x)
    if x > 3:
        raise ValueError(f"the input is {x}")
    return x + x
"""
NOISY = NOSY.replace('    if x > 3:\n        raise ValueError(f"the input is {x}")\n', "").replace(
    '    print("the input is", x)\n', ""
)
LOOK_BACK = """
display(HTML("<script>alert('stolen')</script>"))
print(In)
raise RuntimeError(In[-2])
"""


def write(notebook, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def student_file(tmp_path: Path, notebook) -> Path:
    return write(notebook, tmp_path / "desk" / "ps00-double.ipynb")


def test_the_release_has_no_solution_and_no_hidden_test(blank):
    text = nbformat.writes(blank)
    assert "return 2 * x" not in text
    assert "secret_number" not in text
    assert "HIDDEN" not in text
    assert "raise NotImplementedError()" in text
    assert "check.score()" in text


# ---- course check


def test_check_shows_an_untouched_copy_what_is_to_do(blank, tmp_path, capsys):
    assert commands.check(student_file(tmp_path, blank)) == 1
    out = capsys.readouterr().out
    assert "double: 0 of 1 points from the visible checks; hidden checks decide 2 more" in out
    assert "Not written yet" in out
    assert "The written answer why (1 points) is not answered yet" in out


def test_check_is_content_with_a_right_answer(blank, tmp_path, capsys):
    solved = filled_in(blank, {"double": RIGHT, "why": "Twice is plus itself."})
    assert commands.check(student_file(tmp_path, solved)) == 0
    out = capsys.readouterr().out
    assert "Visible checks: 1 of 1 points." in out
    assert "(1 points) is answered" in out


def test_check_names_what_the_code_mentions_and_the_task_forbids(blank, tmp_path, capsys):
    """Also where no visible check calls it: grading reads the code, so the student hears of it before."""
    tests = blank.cells[2].source.replace("points=3)", 'points=3, forbid=("numpy.multiply",))')
    answer = "import numpy as np\n\n\ndef double(x):\n    return x + x if x == 3 else np.multiply(x, 2)"
    shortcut = filled_in(blank, {"double": answer, "test-double": tests, "why": "So."})
    shortcut.cells[2].metadata.nbgrader.pop("checksum")
    assert commands.check(student_file(tmp_path, shortcut)) == 1
    out = capsys.readouterr().out
    assert "Visible checks: 1 of 1 points." in out
    assert out.count("double: your code mentions numpy.multiply, which this task does not allow.") == 1
    honest = filled_in(shortcut, {"double": RIGHT + "  # no numpy.multiply"})
    assert commands.check(student_file(tmp_path, honest)) == 0
    assert "does not allow" not in capsys.readouterr().out


def test_check_names_the_cell_with_a_syntax_error(blank, tmp_path, capsys):
    assert commands.check(student_file(tmp_path, filled_in(blank, {"double": "def double(x) return x"}))) == 1
    out = capsys.readouterr().out
    assert "The cell double stops with an error: SyntaxError" in out
    assert "double is not defined" in out


def test_check_reports_missing_doubled_and_changed_cells(blank, tmp_path, capsys):
    damaged = filled_in(blank, {"double": RIGHT, "test-double": "check.score()"})
    damaged.cells.append(copy.deepcopy(damaged.cells[1]))
    damaged.cells[-1].id = "copy"
    damaged.cells = [cell for cell in damaged.cells if cell.id != "why"]
    assert commands.check(student_file(tmp_path, damaged)) == 1
    out = capsys.readouterr().out
    assert "The cell of why is missing." in out
    assert "The cell double is there 2 times." in out
    assert "The cell test-double was changed." in out
    assert "double: the check cell did not finish: NameError" in out


def test_check_explains_a_dying_kernel(blank, tmp_path, capsys):
    dying = filled_in(blank, {"double": "import os\nos._exit(1)"})
    with pytest.raises(notebooks.NotebookError, match="The kernel died"):
        commands.check(student_file(tmp_path, dying))


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("ps.ipynb", None, "there is no such file"),
        ("ps.py", "x = 1", "its name should end in .ipynb"),
        ("ps.ipynb", " ", "is empty"),
        ("ps.ipynb", '{"cells": [', "damaged"),
        ("ps.ipynb", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "damaged"),
        ("ps.ipynb", nbformat.writes(nbformat.v4.new_notebook()), "a notebook without tasks"),
    ],
)
def test_check_explains_a_file_that_is_no_problem_set(name, text, complaint, tmp_path):
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(notebooks.NotebookError, match=complaint):
        commands.check(path)


# ---- course grade


def hand_in(tmp_path: Path, submissions: dict) -> Path:
    """A folder of submissions; a string is written as it is."""
    folder = tmp_path / "handed-in"
    for student, notebook in submissions.items():
        path = folder / student / "ps00-double.ipynb"
        if isinstance(notebook, str):
            path.parent.mkdir(parents=True)
            path.write_text(notebook)
        else:
            write(notebook, path)
    return folder


def rows(out: str) -> dict[str, list[str]]:
    lines = out[out.index("student ") :].splitlines()[1:]
    return {
        line.split()[0]: line.split()[1:] for line in lines if "/" in line and not line.startswith("Feedback")
    }


def test_grading_twice_gives_the_same_marks_and_never_stops_at_a_bad_file(course, blank, tmp_path, capsys):
    without_tests = filled_in(blank, {"double": RIGHT})
    without_tests.cells = [cell for cell in without_tests.cells if cell.id != "test-double"]
    folder = hand_in(
        tmp_path,
        {
            "broken": '{"cells": [',
            "noisy": filled_in(blank, {"double": NOISY, "why": "Twice is plus itself."}),
            "without-tests": without_tests,
        },
    )
    assert commands.grade("ps00", folder, course) == 1
    first = capsys.readouterr()
    assert rows(first.out) == {
        "broken": ["0/3", "0/1", "0/4"],
        "noisy": ["3/3", "by", "hand", "3/4"],  # warnings cost nothing
        "without-tests": ["3/3", "0/1", "3/4"],  # the test cell was put back
    }
    assert "broken: not graded, 0 points. ps00-double.ipynb is damaged" in first.err
    assert commands.grade("ps00", folder, course) == 1
    assert rows(capsys.readouterr().out) == rows(first.out)


def test_feedback_holds_sentences_and_nothing_of_a_hidden_test(course, blank, tmp_path, capsys):
    nosy = filled_in(blank, {"double": NOSY})
    nosy.cells.append(new_code_cell(LOOK_BACK))
    assert commands.grade("ps00", hand_in(tmp_path, {"nosy": nosy}), course) == 0
    assert rows(capsys.readouterr().out) == {"nosy": ["1/3", "0/1", "1/4"]}
    page = course / "_build/grading/feedback/nosy/ps00-double/ps00-double.html"
    raw = page.read_text(encoding="utf-8")
    assert "<script" not in raw
    assert not re.search(r"(src|href)=.https?:", raw)
    text = html.unescape(re.sub(r"<[^>]+>", "", raw))
    assert "failed: hidden: doubles a secret number" in text
    assert "Your code raised ValueError." in text
    source = notebooks.read(course / "solutions" / "ps00-double" / "ps00-double.ipynb")
    for line in notebooks.secret_lines(source):
        assert line not in text
    for secret in ("987654", "1975308", "HIDDEN TESTS"):
        assert secret not in text


def test_nbgraders_own_command_gives_the_same_marks(course, blank, tmp_path, capsys, monkeypatch):
    """`nbgrader autograde` and formgrader use the same converters, also for what nbgrader itself stumbles over."""
    monkeypatch.setenv("COURSE_GRADING_SEED", "a seed")
    doubled = filled_in(blank, {"double": RIGHT})
    doubled.cells.append(copy.deepcopy(doubled.cells[2]))
    hand_ins = {
        "broken": '{"cells": [',
        "doubled": json.dumps(doubled),  # as an editor writes it that copies a cell with its id
        "half": filled_in(blank, {"double": "def double(x):\n    return 6", "why": "So."}),
        "noisy": filled_in(blank, {"double": NOISY}),
    }
    assert commands.grade("ps00", hand_in(tmp_path, hand_ins), course) == 1
    engine = Engine(course)
    ours = engine.all_marks("ps00-double")
    pages = {who: engine.feedback("ps00-double", who).read_text() for who in hand_ins}
    assert [ours[who][0].score for who in hand_ins] == [0, 3, 1, 3]
    for who in hand_ins:
        engine.autograde("ps00-double", who)
        assert engine.feedback("ps00-double", who).read_text() == pages[who]
    assert engine.all_marks("ps00-double") == ours


def test_a_quoted_test_is_removed_from_feedback_wherever_it_comes_from():
    """The judge shows no test to the student's code; an output that quotes one all the same does not pass."""
    tests = new_code_cell("### BEGIN HIDDEN TESTS\nassert double(secret) == 12345\n### END HIDDEN TESTS")
    outputs = [new_output("stream", name="stdout", text="see: assert double(secret) == 12345")]
    cells = [tests, new_code_cell("x", outputs=outputs)]
    cleaned, _ = CleanFeedback().preprocess(nbformat.v4.new_notebook(cells=cells), {})
    assert cleaned.cells[1].outputs[0].text == REMOVED


def test_an_empty_folder_of_submissions_is_named(course, tmp_path):
    (tmp_path / "handed-in").mkdir()
    with pytest.raises(notebooks.GradingError, match="There are no submissions"):
        commands.grade("ps00", tmp_path / "handed-in", course)


def test_an_unknown_problem_set_is_named(course):
    with pytest.raises(notebooks.GradingError, match="'ps99' names 0 problem sets; there are: ps00-double"):
        commands.release("ps99", course)


def test_outside_a_course_folder_the_command_says_where_to_run_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(notebooks.GradingError, match="run this in an instructor's course folder"):
        commands.bank("ps00")


# ---- preprocessors


def graded(name: str, **marks) -> dict:
    return {
        "nbgrader": {"grade_id": name, "grade": True, "solution": False, "locked": True, "points": 1, **marks}
    }


def test_a_test_cell_that_raised_shows_a_sentence_in_place_of_the_traceback():
    error = new_output("error", ename="E", evalue="assert secret == 3", traceback=["assert secret == 3"])
    cell = new_code_cell("check.score()", metadata=graded("test-a"), outputs=[error])
    cleaned, _ = CleanFeedback().preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    assert [output.text for output in cleaned.cells[0].outputs] == [UNFINISHED]


def test_pictures_and_plain_text_of_a_student_stay_and_scripts_go():
    outputs = [
        new_output(
            "display_data", data={"image/png": "AAAA", "text/html": "<script>", "text/plain": "a picture"}
        ),
        new_output("display_data", data={"application/javascript": "alert(1)"}),
        new_output("stream", name="stdout", text="hello"),
    ]
    cleaned, _ = CleanFeedback().preprocess(
        nbformat.v4.new_notebook(cells=[new_code_cell("x", outputs=outputs)]), {}
    )
    first, second = cleaned.cells[0].outputs
    assert first.data == {"image/png": "AAAA", "text/plain": "a picture"}
    assert second.text == "hello"

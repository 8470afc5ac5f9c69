"""Shared passages are found through renaming and moving, chance and the book's own lines are not counted."""

import random
import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.grading import term
from course_lib.grading.notebooks import GradingError
from course_lib.grading.term import similarity, term_commands

LOOP = """
def pool(image, size):
    rows = image.shape[0] // size
    columns = image.shape[1] // size
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = image[i * size : (i + 1) * size, j * size : (j + 1) * size]
            result[i, j] = window.max()
    return result
"""
OTHER = """
def pool(image, size):
    cut = image[: len(image) // size * size, : len(image[0]) // size * size]
    blocks = cut.reshape(len(cut) // size, size, -1, size)
    return np.maximum.reduce(np.maximum.reduce(blocks, axis=3), axis=1)
"""


def notebook(*sources):
    marks = {"grade_id": "test-a", "grade": True, "solution": False}
    test = new_code_cell("check.score()\n" * 20, metadata={"nbgrader": marks})
    return new_notebook(cells=[*(new_code_cell(source) for source in sources), test])


def shares(*sources, baseline=None):
    hand_ins = [similarity.prints(f"s{number}", notebook(source)) for number, source in enumerate(sources)]
    base = similarity.prints("", notebook(baseline)) if baseline else None
    return {(pair.first, pair.second): pair.share for pair in similarity.compare(hand_ins, base)[0]}


def disguised(source):
    """The same program with other names, numbers, comments and spaces."""
    names = {
        "image": "picture",
        "rows": "a",
        "columns": "b",
        "result": "out",
        "window": "w",
        "i": "p",
        "j": "q",
    }
    for old, new in names.items():
        source = re.sub(rf"\b{old}\b", new, source)
    return source.replace("    return", "    # done at last\n    return").replace(" // ", "//")


def test_a_copy_is_shared_whole_whatever_its_names_are():
    assert shares(LOOP, LOOP) == {("s0", "s1"): 1}
    assert shares(LOOP, disguised(LOOP)) == {("s0", "s1"): 1}


def test_different_programs_share_nothing():
    assert shares(LOOP, OTHER) == {}


def test_a_copied_part_counts_as_a_part():
    share = shares(LOOP + OTHER, LOOP + "\n\nclass Elsewhere:\n" + "    x: int = 3\n" * 30)[("s0", "s1")]
    assert 0.2 < share < 0.9


def test_what_the_student_version_holds_does_not_count():
    assert shares(LOOP, LOOP, baseline=LOOP) == {}
    assert shares(LOOP + OTHER, LOOP + OTHER, baseline=LOOP) != {}


def test_what_a_class_writes_alike_does_not_count():
    assert shares(*[LOOP] * similarity.CLASS) == {}
    assert len(shares(*[LOOP] * 3)) == 3


def test_test_cells_do_not_count():
    assert shares("x = 1", "y = 2") == {}


@given(st.integers(0, 2**32))
def test_a_long_enough_shared_passage_is_always_noticed(seed):
    chance = random.Random(seed)
    words = [
        "if",
        "for",
        "=",
        "+",
        "(",
        ")",
        "while",
        "not",
        "in",
        ":",
        "lambda",
        "is",
        "and",
        "or",
        "-",
        "*",
    ]

    def line(length):
        return " ".join(chance.choice(words) for _ in range(length))

    passage = line(similarity.GRAM + similarity.WINDOW - 1)
    first, second = (
        set(similarity.winnowed(f"{line(chance.randrange(40))} {passage} {line(chance.randrange(40))}"))
        for _ in "ab"
    )
    assert first & second


@pytest.mark.parametrize("source", ["def f(:\n", "'''never closed", "%%bash\nls", "\tx\n y", "€ = 3 ?", ""])
def test_code_that_does_not_compile_is_read_as_far_as_it_goes(source):
    similarity.winnowed(source + "\n" + LOOP)


# ---- the command


@pytest.fixture
def root(tmp_path):
    """A course folder with four hand-ins, two of them alike."""
    for part in ("solutions", "exercises"):
        path = tmp_path / part / "ps00-double" / "ps00-double.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook("import numpy as np"), path)
    bad = "<script>alert(1)</script>"
    for student, source in {
        "ada": LOOP,
        "emmy": OTHER,
        "grace": disguised(LOOP) + f"# {bad}\n",
        bad[1:5]: "x",
    }.items():
        path = tmp_path / "handed-in" / student / "ps00-double.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook(source), path)
    (path.parent.parent / "sofia").mkdir()
    (path.parent.parent / "sofia" / "ps00-double.ipynb").write_text("{")
    return tmp_path


def test_the_report_is_information_and_no_verdict(root, capsys):
    assert term_commands.similar("ps00", root / "handed-in", root) == 0
    said = capsys.readouterr()
    assert "a reason to read both hand-ins, not a finding" in said.out
    assert re.search(r"ada +grace +100%", said.out)
    assert "emmy" not in said.out
    assert "Not readable, so not compared: sofia" in said.err
    page = (root / "_build/grading/similar-ps00-double.html").read_text(encoding="utf-8")
    assert similarity.SENTENCE in page
    assert page.count("<mark>") > 10
    assert "<script>" not in page
    for word in ("plagiar", "cheat", "copied", "guilty"):
        assert word not in page.lower() + said.out.lower()


def test_members_of_a_group_are_not_compared(root, capsys):
    (root / term.FILE).write_text('[groups.ps00-double]\npair = ["ada", "grace"]\n')
    assert term_commands.similar("ps00", root / "handed-in", root) == 0
    assert "0 pairs" in capsys.readouterr().out


def test_one_hand_in_is_too_few(root, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(GradingError, match="0 readable hand-ins of ps00-double"):
        term_commands.similar("ps00", tmp_path / "empty", root)

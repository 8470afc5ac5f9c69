"""The answer bank and the mutants: expectations are read, surprises told, small mistakes made."""

import ast

import pytest

from course_lib.grading import notebooks
from course_lib.grading.answers.bank import Exam, complaints, read_answer
from course_lib.grading.answers.mutants import mutants, survivors

HEADER = '"""kind: wrong\npoints: 1\nsays: three only\nsays: Wrong value\n\nKnows one number."""\n\n'
WRONG = HEADER + "def double(x):\n    return 6\n"


@pytest.fixture
def exam(source):
    return Exam(source)


def answer_file(tmp_path, text):
    path = tmp_path / "double" / "six.py"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_an_answer_file_states_what_the_answer_must_get(tmp_path):
    answer = read_answer(answer_file(tmp_path, WRONG))
    assert (answer.task, answer.name, answer.kind, answer.points) == ("double", "six", "wrong", 1)
    assert answer.says == ("three only", "Wrong value")
    assert answer.source == "def double(x):\n    return 6"


@pytest.mark.parametrize("missing", ["kind: wrong\n", "points: 1\n", "says: three only\nsays: Wrong value\n"])
def test_an_answer_without_expectations_is_refused(missing, tmp_path):
    with pytest.raises(ValueError, match="has to begin with kind, points"):
        read_answer(answer_file(tmp_path, WRONG.replace(missing, "")))


def test_an_answer_that_gets_what_it_should_is_no_surprise(exam, tmp_path):
    answer = read_answer(answer_file(tmp_path, WRONG))
    assert complaints(answer, exam.mark(answer.task, answer.source)) == []


@pytest.mark.parametrize(
    ("change", "surprise"),
    [
        (("points: 1", "points: 2"), "expected 2 points, got 1"),
        (("kind: wrong", "kind: right"), "a right answer has 1 of 3 points"),
        (("says: three", "says: four"), "the student is not told 'four only'"),
        (("return 6", "return 2 * x"), "a wrong answer has 3 of 3 points"),
    ],
)
def test_an_answer_that_gets_something_else_is_a_surprise(change, surprise, exam, tmp_path):
    answer = read_answer(answer_file(tmp_path, WRONG.replace(*change)))
    assert any(surprise in line for line in complaints(answer, exam.mark(answer.task, answer.source)))


def test_an_answer_that_does_not_compile_loses_its_own_task_only(exam):
    assert exam.mark("double", "def double(x) return x").earned == 0
    assert exam.mark("double", "def double(x):\n    return 2 * x").earned == 3


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("a + b", ["a - b"]),
        ("a < b", ["a <= b"]),
        ("a is None", ["a is not None"]),
        ("x[3]", ["x[4]"]),
        ("True", ["False"]),
        ("f(a, b)", ["f(b, a)"]),
        ("f(a, a)", []),
        ("f(a, k=b)", ["f(a)"]),
        ("a if b else c", ["c if b else a"]),
        ("(a, b)", ["(b, a)"]),
        ("-a", ["+a"]),
        ("'text'", []),
    ],
)
def test_a_mutant_differs_in_one_place(line, changed):
    assert [mutant.source for mutant in mutants("t", f"y = {line}")] == [f"y = {text}" for text in changed]
    for mutant in mutants("t", f"y = {line}"):
        ast.parse(mutant.source)


def test_a_statement_that_only_calls_can_be_left_out():
    assert [mutant.source for mutant in mutants("t", "tidy()\nx = y")] == ["None\nx = y"]


def test_the_tiny_sets_checks_notice_every_mutant(exam):
    alive, total = survivors(exam)
    assert (len(alive), total) == (0, 2)  # 2 * x -> 2 + x and 3 * x


def test_a_mutant_that_no_check_notices_survives(source):
    test = notebooks.tasks(source)["double"][1]
    test.source = (
        test.source.replace("double(3), 6", "abs(double(0)), 0")
        .replace("987654", "0")
        .replace("1975308", "0")
    )
    alive, _ = survivors(Exam(source))
    assert [mutant.change for mutant in alive] == ["return 2 * x -> return 3 * x"]

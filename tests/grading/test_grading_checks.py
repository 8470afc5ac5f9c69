"""Checks: partial credit, fitting sentences, no leaks, repeatable chance, forbidden names."""

import json
import sys
import warnings

import numpy as np
import pytest
import torch

from course_lib.grading.checking.checks import Checks
from course_lib.grading.checking.report import MIME, Report

SECRET = 1234.5  # stands for what a hidden check must not show


def doubles(check, f):
    x = np.array([SECRET, 2.0])
    check.close(f(x), 2 * x)


def two_checks(first, second, points=3) -> Checks:
    check = Checks("ps00", "task", points)
    check.namespace = {"f": lambda x: x}

    @check.visible("first", points=1)
    def _(f):
        check.equal(f(1), first)

    @check.hidden("second", points=2)
    def _(f):
        check.equal(f(1), second)

    return check


# ---- points


def test_each_check_gives_its_points_or_none(capsys):
    assert two_checks(1, 1).score().earned == 3
    assert two_checks(1, 2).score().earned == 1
    assert two_checks(2, 1).score().earned == 2
    assert two_checks(2, 2).score().earned == 0


@pytest.mark.parametrize(("points", "shown"), [(1.0, "1"), (0.5, "0.5"), (2, "2")])
def test_the_score_prints_as_a_bare_number_for_nbgrader(one, points, shown, capsys):
    report = one(lambda x: 2 * x, doubles, points=points)
    assert repr(report) == shown
    assert report._repr_mimebundle_()["text/plain"] == shown


def test_nbgrader_reads_partial_credit_from_the_report(capsys):
    from nbformat.v4 import new_code_cell, new_output
    from nbgrader.utils import determine_grade

    data = two_checks(1, 2).score()._repr_mimebundle_()
    cell = new_code_cell(outputs=[new_output("execute_result", data=data)])
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 3}
    assert determine_grade(cell) == (1, 3)


def test_a_report_survives_the_trip_through_a_notebook(capsys):
    report = two_checks(2, 2).score()
    data = json.loads(json.dumps(report._repr_mimebundle_()))
    assert Report.from_output([{"output_type": "execute_result", "data": data}]) == report
    assert MIME in data
    assert Report.from_output([{"output_type": "stream", "text": "nothing"}]) is None


def test_a_students_copy_says_how_many_points_hidden_checks_decide(capsys):
    check = Checks("ps00", "task", 5)
    check.namespace = {"f": lambda x: 2 * x}

    @check.visible("doubles", points=2)
    def _(f):
        doubles(check, f)

    assert repr(check.score()) == "2"
    assert "2 of 2 points from the visible checks; hidden checks decide 3 more" in capsys.readouterr().out


def test_the_validate_button_accepts_a_students_copy_that_passes_and_no_other(capsys, monkeypatch):
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    check = Checks("ps00", "task", 5)

    @check.visible("doubles", points=2)
    def _(f):
        doubles(check, f)

    check.namespace = {"f": lambda x: 2 * x}
    assert repr(check.score()) == "5"
    check.namespace = {"f": lambda x: x}
    assert repr(check.score()) == "0"


def test_wrong_points_are_the_authors_error():
    with pytest.raises(ValueError, match="more than 0 points"):
        Checks("ps00", "task", 0)
    check = Checks("ps00", "task", 2)
    with pytest.raises(ValueError, match="expected more than 0"):
        check.visible("nothing", points=0)
    check.visible("one", points=2)(lambda f: None)
    with pytest.raises(ValueError, match="worth 3, the task only 2"):
        check.hidden("two", points=1)
    with pytest.raises(ValueError, match="two checks are called 'one'"):
        check.hidden("one", points=1)


# ---- sentences of visible checks


def raises(x):
    return x[5]


def stub(x):
    raise NotImplementedError()


def prints(x):
    print(2 * x)


def leaves(x):
    raise SystemExit


def changes(x):
    x *= 2
    return x


def loops(x):
    while True:
        pass


@pytest.mark.parametrize(
    ("student", "sentence"),
    [
        (None, "f is not defined. Run the cell that defines it"),
        (stub, "Not written yet"),
        (raises, "Your code raised IndexError: index 5 is out of bounds"),
        (leaves, "Your code raised SystemExit"),
        (changes, "f changed its argument in place"),
        (loops, "longer than 0.2 seconds. Is there a loop that never ends?"),
        (lambda x: None, "Your code returned None: is a `return` missing?"),
        (prints, "It printed something; print shows a value, return hands it back"),
        (lambda x: [2, 4], "expected a NumPy array, got a list. np.array(...) makes one."),
        (
            lambda x: torch.tensor(2 * x),
            "expected a NumPy array, got a PyTorch tensor. result.numpy() makes one",
        ),
        (lambda x: np.array([[1], None], dtype=object), "got an array of Python objects. Do its rows"),
        (lambda x: (2 * x)[:1], "Wrong shape: expected (2,), got (1,)."),
        (lambda x: 2 * x * np.nan, "NaN or infinite values"),
        (lambda x: 3 * x, "2 of 2 values are wrong.\nexpected\n[2469."),
        (lambda x: len, "expected a NumPy array, got a builtin_function_or_method"),
    ],
)
def test_a_visible_check_says_what_went_wrong(one, student, sentence, capsys):
    report = one(student, doubles, seconds=0.2)
    assert report.earned == 0
    assert sentence in "\n".join(report.results[0].messages)


def test_a_visible_check_names_the_call_and_the_line(capsys):
    space: dict = {}
    exec(compile("def f(x, scale):\n    y = x\n    return y / 0\n", "<cell>", "exec"), space)
    check = Checks("ps00", "task", 1)
    check.namespace = space

    @check.visible("scales", points=1)
    def _(f):
        f(3, scale=np.ones((2, 3)))

    text = check.score().text()
    assert "In the call f(3, scale=array of shape (2, 3))." in text
    assert "(line 3 of the cell" in text


def test_printing_is_shown_for_a_failed_visible_check_only(one, capsys):
    def talks(x):
        print("here I am")
        return 2 * x if x[1] == 2 else x

    assert "here I am" not in one(talks, doubles).text()
    report = one(talks, lambda check, f: check.close(f(np.zeros(2)), np.ones(2)))
    assert "Your code printed: here I am" in report.text()
    assert "here I am" in capsys.readouterr().out  # in the report, and only there


def test_one_reason_for_all_checks_is_said_once(capsys):
    check = two_checks(1, 1)
    check.namespace = {}
    assert check.score().text().count("is not defined") == 1


def test_a_known_mistake_has_its_own_hint(one, capsys):
    def body(check, f):
        mistakes = {"You forgot to double.": np.ones(2), "Never.": np.zeros(2)}
        check.close(f(np.ones(2)), 2 * np.ones(2), hint="Some hint.", mistakes=mistakes)

    assert "You forgot to double." in one(lambda x: x, body).text()
    assert "Some hint." in one(lambda x: 3 * x, body).text()
    assert "Some hint." not in one(lambda x: None, body).text()  # None explains itself


def test_a_result_the_test_cannot_use_is_not_the_end(one, capsys):
    report = one(lambda x: None, lambda check, f: f(1).shape)
    assert "The check could not use what your code returned (AttributeError)." in report.text()


# ---- hidden checks


def raises_with_input(x):
    raise ValueError(f"bad {x}")


def raises_own_class(x):
    raise type(f"E{x[0]:.0f}", (ValueError,), {})(str(x))


def returns_own_class(x):
    return type(f"E{x[0]:.0f}", (), {})()


@pytest.mark.parametrize(
    ("student", "sentence"),
    [
        (raises_with_input, "Your code raised ValueError."),
        (raises_own_class, "Your code raised ValueError."),
        (returns_own_class, "Wrong type: expected a NumPy array."),
        (prints, "Your code returned None"),
        (lambda x: 3 * x, "Wrong values."),
        (lambda x: x[:1], "Wrong shape."),
        (lambda x: list(x), "Wrong type"),
        (lambda x: x.sum(), "Wrong type"),
        (changes, "changed its argument"),
    ],
)
def test_a_hidden_check_shows_no_input_no_expected_value_and_no_line(one, student, sentence, capsys):
    report = one(student, doubles, hidden=True, hint="Each value times two.")
    printed = capsys.readouterr().out
    shown = printed + json.dumps(report._repr_mimebundle_())
    assert sentence in printed
    for secret in ("1234", "1235", "2469", "3703", "(2,)", "2 * x", "In the call"):
        assert secret not in shown


def test_a_hidden_check_shows_its_title_and_hint(one, capsys):
    report = one(lambda x: 3 * x, doubles, hidden=True, hint="Each value times two.")
    assert report.text() == (
        "task: 0 of 1 points\n  [failed 0/1] hidden: the property\n      Wrong values.\n      Each value times two."
    )


# ---- harmless noise


def test_warnings_and_stderr_cost_nothing_and_do_not_reach_the_cell(one, capsys, recwarn):

    def noisy(x):
        warnings.warn("deprecated", stacklevel=1)
        print("to stderr", file=sys.stderr)
        return 2 * x

    report = one(noisy, doubles)
    assert report.earned == 1
    assert capsys.readouterr().err == ""
    assert len(recwarn) == 0


def test_an_interrupt_by_the_user_stops_the_checks(one, capsys):
    def stopped(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one(stopped, doubles)


def test_a_flood_of_printing_is_cut_short(one, capsys):
    def floods(x):
        for _ in range(10_000):
            print("x" * 100)

    assert len(one(floods, doubles).text()) < 1_000


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([1.0], np.ones(1)),
        (torch.ones(1), np.ones(1)),
        (np.ones(1), torch.ones(1)),
        (torch.tensor(1.0), 1.0),
        (np.array(1.0), 1.0),
        (3.0, 3),
    ],
)
def test_a_wrong_type_comes_with_the_way_to_the_right_one(one, actual, expected):
    report = one(lambda: actual, lambda check, f: check.close(f(), expected))
    assert "makes one" in report.results[0].messages[0]

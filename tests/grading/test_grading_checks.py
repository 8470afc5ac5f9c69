"""Checks: partial credit, fitting sentences, no leaks, repeatable chance, forbidden names."""

import json
import os
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading import compare
from course_lib.grading.checks import Checks
from course_lib.grading.report import MIME, Failure, Report

SECRET = 1234.5  # stands for what a hidden check must not show


def one(student, body, points=1.0, hidden=False, hint=None, **options) -> Report:
    """The report on a single check whose test is `body(check, f)`, with `student` as the student's f."""
    check = Checks("ps00", "task", points, **options)
    check.namespace = {} if student is None else {"f": student}

    @getattr(check, "hidden" if hidden else "visible")("the property", points=points, hint=hint)
    def _(f):
        body(check, f)

    return check.score()


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
def test_the_score_prints_as_a_bare_number_for_nbgrader(points, shown, capsys):
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
def test_a_visible_check_says_what_went_wrong(student, sentence, capsys):
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


def test_printing_is_shown_for_a_failed_visible_check_only(capsys):
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


def test_a_known_mistake_has_its_own_hint(capsys):
    def body(check, f):
        mistakes = {"You forgot to double.": np.ones(2), "Never.": np.zeros(2)}
        check.close(f(np.ones(2)), 2 * np.ones(2), hint="Some hint.", mistakes=mistakes)

    assert "You forgot to double." in one(lambda x: x, body).text()
    assert "Some hint." in one(lambda x: 3 * x, body).text()
    assert "Some hint." not in one(lambda x: None, body).text()  # None explains itself


def test_a_result_the_test_cannot_use_is_not_the_end(capsys):
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
def test_a_hidden_check_shows_no_input_no_expected_value_and_no_line(student, sentence, capsys):
    report = one(student, doubles, hidden=True, hint="Each value times two.")
    printed = capsys.readouterr().out
    shown = printed + json.dumps(report._repr_mimebundle_())
    assert sentence in printed
    for secret in ("1234", "1235", "2469", "3703", "(2,)", "2 * x", "In the call"):
        assert secret not in shown


def test_a_hidden_check_shows_its_title_and_hint(capsys):
    report = one(lambda x: 3 * x, doubles, hidden=True, hint="Each value times two.")
    assert report.text() == (
        "task: 0 of 1 points\n  [failed 0/1] hidden: the property\n      Wrong values.\n      Each value times two."
    )


# ---- harmless noise


def test_warnings_and_stderr_cost_nothing_and_do_not_reach_the_cell(capsys):
    import sys

    def noisy(x):
        warnings.warn("deprecated", stacklevel=1)
        print("to stderr", file=sys.stderr)
        return 2 * x

    report = one(noisy, doubles)
    assert report.earned == 1
    assert capsys.readouterr().err == ""


def test_an_interrupt_by_the_user_stops_the_checks(capsys):
    def stopped(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one(stopped, doubles)


def test_a_flood_of_printing_is_cut_short(capsys):
    def floods(x):
        for _ in range(10_000):
            print("x" * 100)

    assert len(one(floods, doubles).text()) < 1_000


# ---- comparisons


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e3, 1e3),
    st.sampled_from([1e-2, 1e-5]),
    st.sampled_from([0.0, 1e-6, 1.0]),
)
def test_close_means_within_the_stated_tolerance(expected, error, rtol, atol):
    actual = expected + error
    try:
        compare.close(actual, expected, rtol, atol)
    except Failure:
        passed = False
    else:
        passed = True
    assert passed == (abs(actual - expected) <= atol + rtol * abs(expected))


@pytest.mark.parametrize(
    ("actual", "expected", "passes"),
    [
        (3, 3, True),
        (np.int64(3), 3, True),
        (3.0, 3, False),
        (True, 1, False),
        (2, 2.0, True),
        ("max", "max", True),
        ((1, 2), (1, 2), True),
        ([1, 2], (1, 2), False),
        ((1, 2, 3), (1, 2), False),
        (np.array([1, 2]), np.array([1, 2]), True),
        (np.array([1, 3]), np.array([1, 2]), False),
        (np.array([1, 2, 3]), np.array([1, 2]), False),
    ],
)
def test_equal_is_exact_and_minds_the_type(actual, expected, passes, capsys):
    report = one(lambda: actual, lambda check, f: check.equal(f(), expected))
    assert report.earned == passes


def test_raises_wants_the_named_exception(capsys):
    def refuses(x):
        raise UnicodeError("no")

    assert one(refuses, lambda check, f: check.raises(ValueError, f, 1)).earned == 1  # a subclass will do
    assert one(refuses, lambda check, f: check.raises(KeyError, f, 1)).earned == 0
    assert one(lambda x: x, lambda check, f: check.raises(ValueError, f, 1)).earned == 0
    # The stub raises a kind of RuntimeError: that is no answer.
    assert one(stub, lambda check, f: check.raises(RuntimeError, f, 1)).earned == 0


def test_that_shows_the_authors_sentence(capsys):
    report = one(
        lambda x: -x, lambda check, f: check.that(f(1) > 0, "It is negative.", hint="Mind the sign.")
    )
    assert report.results[0].messages[0] == "It is negative."
    assert "Mind the sign." in report.text()


# ---- chance


def draws(problem_set="ps00", task="task", title="title", others=()):
    check = Checks(problem_set, task, 10)
    check.namespace = {}
    seen = []
    for name in (*others, title):

        @check.visible(name, points=1)
        def _(name=name):
            if name == title:
                seen.append(check.rng.integers(1 << 60))

    # The parameter is a default here and no student's name.
    check.namespace = {"name": title}
    check.score()
    return seen[-1]


def test_random_inputs_are_the_same_every_time_and_for_any_order(capsys):
    assert draws() == draws() == draws(others=("another",))


def test_random_inputs_differ_by_set_task_check_and_seed(capsys, monkeypatch):
    numbers = [draws(), draws(problem_set="ps01"), draws(task="other"), draws(title="other")]
    monkeypatch.setenv("COURSE_GRADING_SEED", "this term")
    numbers.append(draws())
    assert len(set(numbers)) == 5


def test_random_numbers_exist_only_inside_a_check():
    with pytest.raises(RuntimeError, match="only inside a check"):
        Checks("ps00", "task", 1).rng  # noqa: B018


def test_the_students_own_random_numbers_repeat(capsys):
    seen = []

    def chancy():
        return float(np.random.rand() + torch.rand(()))

    for _ in range(2):
        np.random.rand(3)
        one(chancy, lambda check, f: seen.append(f()))
    assert seen[0] == seen[1]


# ---- forbidden names


def uses_library(x):
    return np.multiply(x, 2)


def uses_library_and_hides_it(x):
    try:
        return np.multiply(x, 2)
    except Exception:
        return 2 * x


@pytest.mark.parametrize("student", [uses_library, uses_library_and_hides_it])
def test_a_forbidden_call_fails_the_check_even_when_its_exception_is_caught(student, capsys):
    before = np.multiply
    report = one(student, doubles, forbid=("numpy.multiply",))
    assert report.earned == 0
    assert "numpy.multiply must not be used in this task" in report.text()
    assert np.multiply is before


def test_a_forbidden_function_is_found_under_another_name(capsys):
    space = {"times": np.multiply}
    exec("def f(x):\n    return times(x, 2)\n", space)
    check = Checks("ps00", "task", 1, forbid=("numpy.multiply",))
    check.namespace = space

    @check.visible("doubles", points=1)
    def _(f):
        doubles(check, f)

    assert check.score().earned == 0
    assert space["times"] is np.multiply


def test_a_forbidden_class_cannot_be_made_and_isinstance_still_works(capsys):
    def layer(x):
        return x if isinstance(torch.nn.ReLU(), torch.nn.Linear) else torch.nn.Linear(1, 1)

    report = one(layer, doubles, forbid=("torch.nn.Linear",))
    assert "torch.nn.Linear must not be used" in report.text()
    assert isinstance(torch.nn.Linear(1, 1), torch.nn.Linear)


def test_the_test_itself_may_use_what_the_student_must_not(capsys):
    def body(check, f):
        x = np.ones(2)
        check.close(f(x), np.multiply(x, 2))

    assert one(lambda x: x + x, body, forbid=("numpy.multiply",)).earned == 1


def test_forbidding_what_does_not_exist_is_the_authors_error():
    with pytest.raises(ValueError, match=r"numpy\.multiplication.*check the spelling"):
        Checks("ps00", "task", 1, forbid=("numpy.multiplication",))


# ---- the border


class Counter:
    """An object of a student's, with state."""

    def __init__(self):
        self.values = [1, 2, 3]

    def add(self, amount):
        self.values.append(amount)
        return self

    def __len__(self):
        return len(self.values)

    def __getitem__(self, at):
        return self.values[at]

    def items(self):
        yield from self.values


def test_students_objects_can_be_called_measured_indexed_and_iterated(capsys):
    def body(check, f):
        counter = f()
        check.equal(counter.values, [1, 2, 3])
        check.equal(len(counter.add(7)), 4)
        check.equal(counter[3], 7)
        check.equal(list(counter.items()), [1, 2, 3, 7])
        counter.values.append(8)  # a copy: the student's list stays
        check.equal(len(counter), 4)

    assert one(Counter, body).text().endswith("the property")


def test_arrays_and_tensors_cross_as_copies(capsys):
    kept = {"array": np.zeros(2), "tensor": torch.zeros(2, requires_grad=True)}

    def body(check, f):
        got = f()
        got["array"][:] = 5
        got["tensor"][:] = 5
        check.that(not got["tensor"].requires_grad, "The tensor has a graph.")

    assert one(lambda: kept, body).earned == 1
    assert kept["array"].sum() == kept["tensor"].sum() == 0


def test_a_test_can_send_plain_data_only(capsys):
    report = one(lambda x: x, lambda check, f: f(len))
    assert "could not use" in report.text()


@pytest.mark.parametrize("value", [[1, [2]], {"a": [1]}, torch.ones(2)])
def test_changed_arguments_of_every_kind_are_noticed(value, capsys):
    def spoils(x):
        if isinstance(x, dict):
            x["a"].append(2)
        elif isinstance(x, list):
            x[1].append(3)
        else:
            x.zero_()

    assert "changed its argument" in one(spoils, lambda check, f: f(value)).text()


def test_checks_are_light_to_import():
    import subprocess
    import sys

    code = "import sys, course_lib.grading, course_lib.grading.commands; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "False"

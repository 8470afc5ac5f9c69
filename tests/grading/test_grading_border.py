"""What checks stand on: comparisons, chance, forbidden names, and the border to the student's code."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.checking import compare
from course_lib.grading.checking.checks import Checks
from course_lib.grading.checking.report import Failure

SECRET = 1234.5  # stands for what a hidden check must not show


def doubles(check, f):
    x = np.array([SECRET, 2.0])
    check.close(f(x), 2 * x)


def stub(x):
    raise NotImplementedError()


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
def test_equal_is_exact_and_minds_the_type(one, actual, expected, passes, capsys):
    report = one(lambda: actual, lambda check, f: check.equal(f(), expected))
    assert report.earned == passes


def test_raises_wants_the_named_exception(one, capsys):
    def refuses(x):
        raise UnicodeError("no")

    assert one(refuses, lambda check, f: check.raises(ValueError, f, 1)).earned == 1  # a subclass will do
    assert one(refuses, lambda check, f: check.raises(KeyError, f, 1)).earned == 0
    assert one(lambda x: x, lambda check, f: check.raises(ValueError, f, 1)).earned == 0
    # The stub raises a kind of RuntimeError: that is no answer.
    assert one(stub, lambda check, f: check.raises(RuntimeError, f, 1)).earned == 0


def test_that_shows_the_authors_sentence(one, capsys):
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


def test_the_students_own_random_numbers_repeat(one, capsys):
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
def test_a_forbidden_call_fails_the_check_even_when_its_exception_is_caught(one, student, capsys):
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


def test_a_forbidden_class_cannot_be_made_and_isinstance_still_works(one, capsys):
    def layer(x):
        return x if isinstance(torch.nn.ReLU(), torch.nn.Linear) else torch.nn.Linear(1, 1)

    report = one(layer, doubles, forbid=("torch.nn.Linear",))
    assert "torch.nn.Linear must not be used" in report.text()
    assert isinstance(torch.nn.Linear(1, 1), torch.nn.Linear)


def test_the_test_itself_may_use_what_the_student_must_not(one, capsys):
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


def test_students_objects_can_be_called_measured_indexed_and_iterated(one, capsys):
    def body(check, f):
        counter = f()
        check.equal(counter.values, [1, 2, 3])
        check.equal(len(counter.add(7)), 4)
        check.equal(counter[3], 7)
        check.equal(list(counter.items()), [1, 2, 3, 7])
        counter.values.append(8)  # a copy: the student's list stays
        check.equal(len(counter), 4)

    assert one(Counter, body).text().endswith("the property")


def test_arrays_and_tensors_cross_as_copies(one, capsys):
    kept = {"array": np.zeros(2), "tensor": torch.zeros(2, requires_grad=True)}

    def body(check, f):
        got = f()
        got["array"][:] = 5
        got["tensor"][:] = 5
        check.that(not got["tensor"].requires_grad, "The tensor has a graph.")

    assert one(lambda: kept, body).earned == 1
    assert kept["array"].sum() == kept["tensor"].sum() == 0


def test_a_test_can_send_plain_data_only(one, capsys):
    report = one(lambda x: x, lambda check, f: f(len))
    assert "could not use" in report.text()


def test_a_result_that_cannot_be_copied_is_the_students_error(one, capsys):
    report = one(lambda: torch.nn.LazyLinear(3).weight, lambda check, f: f(), hidden=True)
    assert report.results[0].messages == ("Your code raised ValueError.",)


@pytest.mark.parametrize("value", [[1, [2]], {"a": [1]}, torch.ones(2)])
def test_changed_arguments_of_every_kind_are_noticed(one, value, capsys):
    def spoils(x):
        if isinstance(x, dict):
            x["a"].append(2)
        elif isinstance(x, list):
            x[1].append(3)
        else:
            x.zero_()

    assert "changed its argument" in one(spoils, lambda check, f: f(value)).text()


def test_checks_are_light_to_import():
    code = "import sys, course_lib.grading, course_lib.grading.commands; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "False"


def test_a_missing_part_of_an_object_is_named(one, capsys):
    report = one(Counter, lambda check, f: f().total)
    assert report.results[0].messages == (
        "Your code raised AttributeError: 'Counter' object has no attribute 'total'",
        "In f.total.",
    )

"""How the tests of a task are written: `Checks`, whose form the package's docstring shows.

A check is a function; its parameters are the names of the student's objects it needs. It calls, indexes,
iterates and measures them, asks for attributes, and may hand them functions of its own to call; it
imports everything else itself, so that the same cell can run where the student's code lives in
another process. A visible check that fails may show inputs and expected values. A hidden one shows its title,
the kind of failure and sentences written by the author, never a value, an input or a line of the test.
"""

import hashlib
import inspect
import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from course_lib.grading.checking import compare
from course_lib.grading.checking.forbid import resolve
from course_lib.grading.checking.report import Failure, Report, Result
from course_lib.grading.checking.student import Border, Student

SEED = "COURSE_GRADING_SEED"  # the secret seed of a term; students' machines do not have it
PUBLIC_SEED = "public"


@dataclass(frozen=True)
class Check:
    """One check before it runs."""

    title: str
    points: float
    hidden: bool
    hint: str | None
    function: Callable


class Checks:
    """The checks of one task; each gives its points or none.

    `forbid` names functions, methods and classes that the student must not call, in full
    ("torch.nn.functional.conv2d"); the task's text has to say so. A call of the student's code may take
    `seconds` (no limit on Windows). The student's objects are looked up among the global names of the test
    cell, which are the notebook's, or in the attribute `namespace` where it is set.

    Raises ValueError when points are not positive, the checks are worth more than the task, or a forbidden
    name does not exist.
    """

    open_border = Border  # the judge puts its own here, whose other side is another process
    part = "all"  # the judge runs the "visible" checks of all tasks before any "hidden" one

    def __init__(
        self, problem_set: str, task: str, points: float, forbid: tuple[str, ...] = (), seconds: float = 10
    ):
        if points <= 0:
            raise ValueError(f"points={points}: a task is worth more than 0 points")
        for name in forbid:
            resolve(name)
        self.problem_set, self.task, self.points = problem_set, task, points
        self.forbid, self.seconds = tuple(forbid), seconds
        self.namespace: dict | None = None
        self._checks: list[Check] = []
        self._results: dict[str, Result] = {}
        self._rng: np.random.Generator | None = None
        self._border = None
        self._hint: str | None = None  # of the check that runs

    def visible(self, title: str, points: float, hint: str | None = None):
        """Decorate a check that students have, too."""
        return self._register(title, points, hint, hidden=False)

    def hidden(self, title: str, points: float, hint: str | None = None):
        """Decorate a check that only graders have; it stands between nbgrader's hidden-test markers.

        `title` and `hint` are shown to students: write them as sentences without the tested values.
        """
        return self._register(title, points, hint, hidden=True)

    def _register(self, title: str, points: float, hint: str | None, hidden: bool):
        if points <= 0:
            raise ValueError(f"check {title!r} has points={points}: expected more than 0")
        if title in {check.title for check in self._checks}:
            raise ValueError(
                f"two checks are called {title!r}: titles also seed the random inputs, so they differ"
            )
        total = points + sum(check.points for check in self._checks)
        if total > self.points:
            raise ValueError(f"the checks of {self.task} are worth {total:g}, the task only {self.points:g}")

        def keep(function: Callable) -> None:
            self._checks.append(Check(title, points, hidden, hint, function))

        return keep

    @property
    def rng(self) -> np.random.Generator:
        """Random numbers for this check's inputs, the same for everybody and for every regrade.

        Seeded from the environment variable COURSE_GRADING_SEED, or a public default, and from the names of
        set, task and check, so that a check added later changes no other.
        """
        if self._rng is None:
            raise RuntimeError("check.rng exists only inside a check")
        return self._rng

    def close(
        self,
        actual: object,
        expected: object,
        *,
        rtol: float = 1e-5,
        atol: float = 1e-6,
        hint: str | None = None,
        mistakes: dict[str, object] | None = None,
    ) -> None:
        """Pass if type and shape agree and `abs(actual - expected) <= atol + rtol * abs(expected)` in every entry.

        `mistakes` maps a sentence to the value that a known misconception gives; if `actual` is that value,
        the sentence is shown in place of `hint`.
        """
        self._compare(compare.close, actual, expected, hint, mistakes, rtol=rtol, atol=atol)

    def equal(
        self,
        actual: object,
        expected: object,
        *,
        hint: str | None = None,
        mistakes: dict[str, object] | None = None,
    ) -> None:
        """Pass if the two are of one kind and exactly equal: numbers, strings, tuples, arrays."""
        self._compare(compare.equal, actual, expected, hint, mistakes)

    def that(self, condition: bool, failed: str, hint: str | None = None) -> None:
        """Pass if `condition` holds; `failed` is the sentence for the other case, shown in hidden checks too."""
        if not condition:
            raise self._with_hint(Failure(failed, hintable=True), hint)

    def raises(
        self, kind: type[Exception], function: Student, *args, hint: str | None = None, **kwargs
    ) -> None:
        """Pass if the student's `function` raises `kind` or a subclass of it."""
        try:
            function(*args, **kwargs)
        except Failure as failure:
            if kind.__name__ in failure.raised and "NotImplementedError" not in failure.raised:
                return
            raise
        raise self._with_hint(
            Failure(f"Expected {kind.__name__}, but nothing was raised.", hintable=True), hint
        )

    def gradient(
        self,
        function: Student,
        *args,
        wrt: tuple[int, ...] = (0,),
        along: object = None,
        parameters: bool = False,
        **kwargs,
    ) -> tuple[object, list]:
        """The student's `function(*args, **kwargs)` and gradients of `(value * along).sum()` by backpropagation.

        They are for the arguments at the places `wrt`, then, with `parameters`, for the parameters of a
        student's module in its own order; None where the value does not depend on one. Without `along` the
        value is summed. The student's process differentiates; `slope` does not rely on it.
        """
        return self._border.call(
            f"the gradient of {function._course_name}",
            function._course_name,
            "gradient",
            function._course_value,
            (args, kwargs, wrt, along, parameters),
            {},
        )

    def slope(self, function: Student, *args, direction: object, wrt: int = 0, step: float = 1e-3, **kwargs):
        """The derivative of the student's function along `direction` in argument `wrt`, by central differences.

        (f(x + step d) - f(x - step d)) / (2 step): two calls, whatever the student's code does inside.
        """
        ahead, behind = list(args), list(args)
        ahead[wrt] = args[wrt] + step * direction
        behind[wrt] = args[wrt] - step * direction
        return (function(*ahead, **kwargs) - function(*behind, **kwargs)) / (2 * step)

    def _compare(self, how: Callable, actual: object, expected: object, hint, mistakes, **tolerance) -> None:
        printed = self._border.printed.text if self._border else ""
        try:
            how(actual, expected, printed=printed, **tolerance)
        except Failure as failure:
            known = (
                sentence
                for sentence, value in (mistakes or {}).items()
                if agrees(how, actual, value, **tolerance)
            )
            raise self._with_hint(failure, next(known, hint)) from None

    def _with_hint(self, failure: Failure, hint: str | None) -> Failure:
        if failure.hintable:
            failure.hint = hint or self._hint
        return failure

    def score(self) -> Report:
        """Run the checks, print a line for each, and return the report that nbgrader reads as the score."""
        for check in self._checks:
            if self.part in ("all", "hidden" if check.hidden else "visible"):
                self._results[check.title] = self._run(check)
        found = (self._results.get(check.title) for check in self._checks)
        report = Report(self.task, self.points, tuple(result for result in found if result))
        print(report.text())
        return report

    @property
    def has_hidden(self) -> bool:
        """Whether there are hidden checks."""
        return any(check.hidden for check in self._checks)

    def _run(self, check: Check) -> Result:
        messages = self._try(check)
        return Result(check.title, check.points, 0 if messages else check.points, check.hidden, messages)

    def _try(self, check: Check) -> tuple[str, ...]:
        """Run one check; the sentences that say why it failed, or nothing."""
        with self._started(check) as border:
            try:
                names = inspect.signature(check.function).parameters
                check.function(*(border.find(name) for name in names))
            except Failure as failure:
                return self._messages(check, failure)
            except Exception as error:
                name = type(error).__name__
                return self._messages(
                    check, Failure(f"The check could not use what your code returned ({name}).")
                )
        return ()

    def _messages(self, check: Check, failure: Failure) -> tuple[str, ...]:
        """The sentences below a failed check: what happened, in which call, the hint, what was printed."""
        lines = [failure.general, failure.hint]
        if not check.hidden:
            printed = self._border.printed.text.rstrip()[:200]
            called = self._border.last_step and failure.detail != failure.general
            lines = [
                failure.detail,
                f"In {self._border.last_step}." if called else None,
                failure.hint,
                f"Your code printed: {printed}" if printed else None,
            ]
        return tuple(line for line in lines if line)

    @contextmanager
    def _started(self, check: Check):
        """The surroundings of one check: its random numbers and its border to the student's code."""
        secret = os.environ.get(SEED, PUBLIC_SEED)
        seed = seed_of(secret, self.problem_set, self.task, check.title)
        self._rng = np.random.default_rng(seed)
        self._hint = check.hint
        namespace = check.function.__globals__ if self.namespace is None else self.namespace
        self._border = Checks.open_border(namespace, self.forbid, self.seconds)
        # What the student's code draws from is no function of the secret: it must not tell the hidden inputs.
        self._border.seed(seed_of("student", self.problem_set, self.task, check.title))
        try:
            yield self._border
        finally:
            self._rng = None


def seed_of(*names: str) -> int:
    """A seed from names; nothing about the names can be computed from it."""
    return int.from_bytes(hashlib.sha256("/".join(names).encode()).digest()[:8])


def agrees(how: Callable, actual: object, value: object, **tolerance) -> bool:
    """Whether `actual` is the value that a known mistake gives."""
    try:
        how(actual, value, **tolerance)
    except Failure:
        return False
    return True

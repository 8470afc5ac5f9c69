"""The border between a test and the student's code.

A test reaches the student's code through calls only. Plain values, arrays and tensors cross as copies;
anything else stays on the student's side, and the test holds a `Student` that can be called, iterated,
indexed, measured with `len` and asked for attributes. `Border` keeps both sides in one process; the judge's
border (`course_lib.grading.judge.remote`) keeps them in two, so a test that runs here runs there.
"""

import random
import sys
import types

import numpy as np

from course_lib.grading.checking.crossing import cross, describe, is_tensor, same
from course_lib.grading.checking.forbid import Forbidden
from course_lib.grading.checking.operations import OutOfTime, Printed, carry_out, time_limit, trouble_of
from course_lib.grading.checking.report import Failure

__all__ = ["Border", "OutOfTime", "Printed", "Student", "is_tensor"]

CALLBACKS = (types.FunctionType, types.MethodType)  # what a test may hand to the student's code to be called


class Student:
    """A function or object of the student's, as a test may use it.

    `value` is whatever the border needs to find the object again; `kind` is the name of its class.
    """

    def __init__(self, border, name: str, value: object, kind: str, measurable: bool):
        self._course_border = border
        self._course_name = name
        self._course_value = value
        self._course_kind = kind
        self._course_measurable = measurable

    def __call__(self, *args, **kwargs):
        """Call it with copies of plain arguments; the result comes back as a copy or as a `Student`."""
        shown = [describe(value) for value in args] + [f"{key}={describe(kwargs[key])}" for key in kwargs]
        step = f"the call {self._course_name}({', '.join(shown)})"
        return self._course_border.call(step, self._course_name, "call", self._course_value, args, kwargs)

    def _ask(self, suffix: str, operation: str, *args):
        name = self._course_name + suffix
        return self._course_border.call(name, name, operation, self._course_value, args, {})

    def __getattr__(self, name: str):
        if name.startswith("__"):  # Python and NumPy ask for such names, a test does not
            raise AttributeError(name)
        return self._ask(f".{name}", "attribute", name)

    def __iter__(self):
        return iter(self._ask("", "list"))

    def __len__(self):
        if not self._course_measurable:
            raise TypeError(f"{self!r} has no length")  # list() asks, and goes on without
        return self._ask("", "len")

    def __getitem__(self, key):
        return self._ask(f"[{key!r}]", "item", key)

    def __repr__(self) -> str:
        return f"<your {self._course_kind} {self._course_name}>"


def not_defined(name: str) -> Failure:
    """The finding that the student's notebook lacks a name."""
    return Failure(
        f"{name} is not defined. Run the cell that defines it; if that cell shows an error, correct it first."
    )


def changed_in_place(name: str) -> Failure:
    """The finding that a call has changed its argument."""
    return Failure(
        f"{name} changed its argument in place. Work on a copy, so that the caller's data stay as they were."
    )


def cannot_send(value: object) -> TypeError:
    """The error of a test's author who sends what cannot cross."""
    kind = type(value).__name__
    return TypeError(
        f"a test can send plain values, arrays, tensors and functions to the student, not {kind}"
    )


def seed_everything(seed: int) -> None:
    """The same global random state every time, in every framework that is loaded."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed % 2**31)


class Border:
    """Carries calls to the student's code in this process, and turns what goes wrong into sentences."""

    def __init__(self, namespace: dict, forbid: tuple[str, ...] = (), seconds: float = 10):
        self.namespace = namespace
        self.forbidden = Forbidden(forbid)
        self.seconds = seconds
        self.printed = Printed()
        self.last_step = ""

    def seed(self, seed: int) -> None:
        """Start a check: the same global random state every time, nothing printed yet."""
        self.printed = Printed()
        self.last_step = ""
        seed_everything(seed)

    def find(self, name: str) -> object:
        """The student's object called `name`, or Failure with advice."""
        if name not in self.namespace:
            raise not_defined(name)
        return self.taken(self.namespace[name], name)

    def receive(self, value: object, name: str) -> object:
        """The student's `value` as the test gets it: a copy of plain data, or a `Student`."""

        def keep(thing):
            return Student(self, name, thing, type(thing).__name__, hasattr(type(thing), "__len__"))

        return cross(value, keep)

    def call(self, step: str, name: str, operation: str, value: object, args: tuple, kwargs: dict) -> object:
        """Do `operation` on the student's `value` with copies of the arguments; `step` says what, for reports."""
        self.last_step = step
        callbacks: dict[int, object] = {}  # one wrapper for each function, so that copies compare equal

        def send(thing):
            if isinstance(thing, Student):
                return thing._course_value
            if isinstance(thing, CALLBACKS):
                return callbacks.setdefault(id(thing), self._callback(thing))
            raise cannot_send(thing)

        sent = cross((args, kwargs), send, keep_graph=True)
        result, trouble = carry_out(
            operation,
            value,
            *sent,
            namespace=self.namespace,
            forbidden=self.forbidden,
            printed=self.printed,
            limit=time_limit(self.seconds),
        )
        if trouble:
            raise trouble.failure(self.seconds)
        if not same(sent, cross((args, kwargs), send)):
            raise changed_in_place(name)
        return self.taken(result, name)

    def taken(self, value: object, name: str) -> object:
        """The same for what a step gave; that it cannot be copied is the student's doing, not the test's."""
        try:
            return self.receive(value, name)
        except Exception as error:
            raise trouble_of(error, self.namespace).failure(self.seconds) from None

    def _callback(self, function):
        """A function of the test's, as the student's code may call it: values cross as copies both ways."""

        def answer(*args, **kwargs):
            received = [self.receive(value, "an argument") for value in args]
            named = {key: self.receive(value, key) for key, value in kwargs.items()}

            def refuse(thing):
                if isinstance(thing, Student):
                    return thing._course_value
                raise cannot_send(thing)

            return cross(function(*received, **named), refuse)

        return answer

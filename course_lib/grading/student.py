"""The border between a test and the student's code.

A test reaches the student's code through calls only. Plain values, arrays and tensors cross as copies;
anything else stays on the student's side, and the test holds a `Student` that can be called, iterated,
indexed, measured with `len` and asked for attributes. A judge that keeps the two sides in two processes
can offer the same, so a test that runs here runs there.
"""

import builtins
import io
import linecache
import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout

import numpy as np

from course_lib.grading.forbid import Forbidden
from course_lib.grading.report import Failure

NUMERIC = "biufc"  # the array kinds that cross: bool, int, unsigned, float, complex
PRINTED = 2_000  # characters of the student's printing that are kept


class OutOfTime(BaseException):
    """The student's call took too long. Not an Exception, so that `except Exception` does not hold it up."""


class Printed(io.TextIOBase):
    """Keeps the beginning of what is written to it and drops the rest."""

    def __init__(self):
        self.text = ""

    def write(self, text: str) -> int:
        """Take `text` as a file would."""
        self.text += text[: PRINTED - len(self.text)]
        return len(text)


def is_tensor(value: object) -> bool:
    """Whether `value` is a torch tensor; loads no torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


class Student:
    """A function or object of the student's, as a test may use it."""

    def __init__(self, border: "Border", name: str, value: object):
        self._course_border = border
        self._course_name = name
        self._course_value = value

    def __call__(self, *args, **kwargs):
        """Call it with copies of plain arguments; the result comes back as a copy or as a `Student`."""
        shown = [describe(value) for value in args] + [f"{key}={describe(kwargs[key])}" for key in kwargs]
        step = f"the call {self._course_name}({', '.join(shown)})"
        return self._course_border.call(step, self._course_name, self._course_value, args, kwargs)

    def _ask(self, suffix: str, function, *args):
        def asked(*args):
            return function(self._course_value, *args)

        name = self._course_name + suffix
        return self._course_border.call(name, name, asked, args, {})

    def __getattr__(self, name: str):
        if name.startswith("__"):  # Python and NumPy ask for such names, a test does not
            raise AttributeError(name)
        return self._ask(f".{name}", getattr, name)

    def __iter__(self):
        return iter(self._ask("", list))

    def __len__(self):
        if not hasattr(type(self._course_value), "__len__"):
            raise TypeError(f"{self!r} has no length")  # list() asks, and goes on without
        return self._ask("", len)

    def __getitem__(self, key):
        return self._ask(f"[{key!r}]", lambda value, at: value[at], key)

    @property
    def _course_kind(self) -> str:
        return type(self._course_value).__name__

    def __repr__(self) -> str:
        return f"<your {self._course_kind} {self._course_name}>"


def cross(value: object, other) -> object:
    """A copy of `value` for the other side; `other(value)` decides what stands for what cannot be copied."""
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, (list, tuple)):  # torch.Size is a tuple and arrives as one
        items = [cross(item, other) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {cross(key, other): cross(item, other) for key, item in value.items()}
    if isinstance(value, np.generic) and value.dtype.kind in NUMERIC:
        return value.copy()
    if isinstance(value, np.ndarray) and value.dtype.kind in NUMERIC:
        return np.array(value)
    if is_tensor(value):
        return value.detach().clone()
    return other(value)


def same(a: object, b: object) -> bool:
    """Whether two plain values are equal bit for bit."""
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if is_tensor(a):
        a, b = a.detach().numpy(), b.detach().numpy()
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return a is b or a == b


def describe(value: object) -> str:
    """An argument in a few characters: the shape of an array, a short value as it is."""
    if isinstance(value, np.ndarray) or is_tensor(value):
        kind = "tensor" if is_tensor(value) else "array"
        return f"{kind} of shape {tuple(value.shape)}"
    text = repr(value)
    return text if len(text) <= 40 else f"{type(value).__name__}"


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the block after `seconds`. Needs the main thread of a POSIX system; elsewhere no limit."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def expired(signum, frame):
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, expired)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Border:
    """Carries calls to the student's code and results back, and turns what goes wrong into sentences."""

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
        random.seed(seed)
        np.random.seed(seed % 2**32)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(seed)

    def find(self, name: str) -> object:
        """The student's object called `name`, or Failure with advice."""
        if name not in self.namespace:
            raise Failure(
                f"{name} is not defined. Run the cell that defines it; if that cell shows an error, correct it first."
            )
        return self.receive(self.namespace[name], name)

    def receive(self, value: object, name: str) -> object:
        """The student's `value` as the test gets it: a copy of plain data, or a `Student`."""
        return cross(value, lambda thing: Student(self, name, thing))

    def call(self, step: str, name: str, function, args: tuple, kwargs: dict) -> object:
        """Call the student's `function` with copies of the arguments; `step` says what is done, for reports."""
        self.last_step = step
        sent = cross((args, kwargs), self._send)
        with ExitStack() as stack:
            stack.enter_context(redirect_stdout(self.printed))
            stack.enter_context(redirect_stderr(self.printed))
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")  # a harmless warning must not cost points
            stack.enter_context(self.forbidden.active(self.namespace))
            try:
                with time_limit(self.seconds):
                    result = function(*sent[0], **sent[1])
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self.forbidden.complain()
                raise self._explain(error) from None
        self.forbidden.complain()
        if not same(sent, cross((args, kwargs), self._send)):
            raise Failure(
                f"{name} changed its argument in place. Work on a copy, so that the caller's data stay as they were."
            )
        return self.receive(result, name)

    @staticmethod
    def _send(value: object) -> object:
        if isinstance(value, Student):
            return value._course_value
        raise TypeError(
            f"a test can send plain values, arrays and tensors to the student, not {type(value).__name__}"
        )

    def _explain(self, error: BaseException) -> Failure:
        raised = tuple(kind.__name__ for kind in type(error).__mro__)
        if isinstance(error, NotImplementedError):
            return Failure(
                "Not written yet: replace `raise NotImplementedError()` in the cell above by your code.",
                raised=raised,
            )
        if isinstance(error, OutOfTime):
            return Failure(
                f"Your code took longer than {self.seconds:g} seconds. Is there a loop that never ends?",
                raised=raised,
            )
        # A class of the student's own could carry test data in its name, so only a builtin one is shown.
        known = next(kind for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind)
        where = line_of(error, self.namespace)
        return Failure(
            f"Your code raised {known.__name__}.",
            f"Your code raised {type(error).__name__}: {str(error)[:200]}{where}",
            raised=raised,
        )


def line_of(error: BaseException, namespace: dict) -> str:
    """Where in the student's cell the exception arose, as ` (line 7 of the cell: total = a / b)`, or nothing."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            source = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
            found = f" (line {trace.tb_lineno} of the cell{': ' + source if source else ''})"
        trace = trace.tb_next
    return found

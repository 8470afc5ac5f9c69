"""What a test may do with a student's object, and how one such step is carried out beside the student's code.

The same functions run in one process with the tests (stock nbgrader, `course check`) and in the student's
own process under the judge. A step that does not succeed becomes a `Trouble`: plain data, which the side of
the tests turns into a sentence.
"""

import builtins
import io
import linecache
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass

from course_lib.grading.checking.forbid import Forbidden
from course_lib.grading.checking.report import Failure

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


@dataclass(frozen=True)
class Trouble:
    """Why a step gave no value.

    `what` is "raised", "time", "forbidden" (then `text` is the name) or "ended". For "raised", `kinds` names
    the exception's classes, most special first, `known` the first builtin one, and `where` the student's line.
    """

    what: str
    kinds: tuple[str, ...] = ()
    known: str = ""
    text: str = ""
    where: str = ""

    def failure(self, seconds: float) -> Failure:
        """The finding that a check reports."""
        if self.what == "forbidden":
            return Failure(f"{self.text} must not be used in this task: write the computation yourself.")
        if self.what == "time":
            return Failure(
                f"Your code took longer than {seconds:g} seconds. Is there a loop that never ends?",
                raised=("OutOfTime",),
            )
        if self.what == "ended":
            return Failure("Your code ended the Python process, or used too much memory.")
        if self.known == "NotImplementedError":
            return Failure(
                "Not written yet: replace `raise NotImplementedError()` in the cell above by your code.",
                raised=self.kinds,
            )
        # A class of the student's own could carry test data in its name, so only a builtin one is shown.
        return Failure(
            f"Your code raised {self.known}.",
            f"Your code raised {self.kinds[0]}: {self.text}{self.where}",
            raised=self.kinds,
        )


def trouble_of(error: BaseException, namespace: dict) -> Trouble:
    """An exception of the student's code as data."""
    if isinstance(error, OutOfTime):
        return Trouble("time")
    kinds = tuple(kind.__name__[:80] for kind in type(error).__mro__)
    known = next(name for name in kinds if name in BUILTIN_ERRORS)
    try:
        text = str(error)[:200]
    except Exception:  # its own __str__ is the student's code
        text = ""
    return Trouble("raised", kinds, known, text, line_of(error, namespace))


BUILTIN_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


def line_of(error: BaseException, namespace: dict) -> str:
    """Where in the student's cell the exception arose, as ` (line 7 of the cell: total = a / b)`, or nothing."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            source = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
            found = f" (line {trace.tb_lineno} of the cell{': ' + source[:120] if source else ''})"
        trace = trace.tb_next
    return found


def gradient(function, arguments, keywords, wrt, along, parameters):
    """The value of `function` and the gradients of `(value * along).sum()`, or of `value.sum()`.

    The gradients are for the arguments at the places `wrt`, then for all parameters of a module.
    """
    import torch

    arguments = list(arguments)
    for place in wrt:
        arguments[place] = arguments[place].detach().requires_grad_()
    value = function(*arguments, **keywords)
    total = value.sum() if along is None else (value * along).sum()
    targets = [arguments[place] for place in wrt] + (list(function.parameters()) if parameters else [])
    return value, list(torch.autograd.grad(total, targets, allow_unused=True))


OPERATIONS = {
    "call": lambda value, *args, **kwargs: value(*args, **kwargs),
    "attribute": getattr,
    "list": list,
    "len": len,
    "item": lambda value, key: value[key],
    "gradient": gradient,
}


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


def carry_out(
    operation: str, value: object, args, kwargs, *, namespace: dict, forbidden: Forbidden, printed, limit
):
    """Do one step with the student's object; returns (result, None) or (None, Trouble).

    `limit` is a context manager that ends the step in time. A harmless warning is not shown, so that it
    costs no points.
    """
    trouble = result = None
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(printed))
        stack.enter_context(redirect_stderr(printed))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(forbidden.active(namespace))
        try:
            with limit:
                result = OPERATIONS[operation](value, *args, **kwargs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            trouble = trouble_of(error, namespace)
    if forbidden.used:
        trouble = Trouble("forbidden", text=forbidden.used[0])
    return (None, trouble) if trouble else (result, None)

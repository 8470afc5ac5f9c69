"""Grading: `Checks` give partial credit and sentences, a bank of answers tests them, feedback keeps their secrets.

A test cell of a problem set holds visible checks, then hidden ones, and ends with the score::

    from course_lib.grading import Checks

    check = Checks("ps02", "double", points=2)


    @check.visible("doubles a small array", points=1)
    def _(double):
        check.close(double(np.array([1.0, 2.0])), np.array([2.0, 4.0]))


    ### BEGIN HIDDEN TESTS
    @check.hidden("doubles any array", points=1, hint="It works for the example only.")
    def _(double):
        x = check.rng.normal(size=5)
        check.close(double(x), 2 * x)


    ### END HIDDEN TESTS
    check.score()

Its rooms: `checking` is what a test cell runs on, `sandbox` makes boxes for code that nobody trusts, `judge` grades one
submission, `marking` a class, `term` is what happens between batches, and `answers` tests the tests. Importing this
package loads nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.grading.checking.checks import Checks
    from course_lib.grading.checking.report import Report, Result

__all__ = ["Checks", "Report", "Result"]

LATER = {"Checks": "checking.checks", "Report": "checking.report", "Result": "checking.report"}


def __getattr__(name: str):
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)

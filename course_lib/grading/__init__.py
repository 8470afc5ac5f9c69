"""Grading: checks with partial credit and sentences, an answer bank that tests them, feedback without leaks."""

__all__ = ["Checks", "Report"]


def __getattr__(name: str):
    """Load `Checks` and `Report` on first use, so that importing the room loads no NumPy."""
    if name == "Checks":
        from course_lib.grading.checks import Checks

        return Checks
    if name == "Report":
        from course_lib.grading.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

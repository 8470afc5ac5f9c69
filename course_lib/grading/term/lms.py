"""Marks as a table that learning management systems import: Moodle, Canvas, or plain columns for anything else."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.grading.checking.report import number


@dataclass(frozen=True)
class Row:
    """One student's marks for a set. `points` are by graded cell, None where a person still has to mark."""

    student: str
    first_name: str
    last_name: str
    email: str
    lms_id: str  # the student's number in the management system
    handed_in: str  # the time, in UTC, or nothing
    points: dict[str, float | None]
    penalty: float
    max_score: float

    @property
    def complete(self) -> bool:
        """Whether everything is marked."""
        return bool(self.points) and None not in self.points.values()

    @property
    def score(self) -> float:
        """All points so far, less the penalty; not below 0."""
        return max(0.0, sum(points or 0 for points in self.points.values()) - self.penalty)


def rows(gradebook, problem_set: str) -> list[Row]:
    """The marks of everybody who handed in, by student.

    An extension makes an empty submission in nbgrader, which is no hand-in and is left out.
    """
    found = []
    for submission in gradebook.assignment_submissions(problem_set):
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if submission.timestamp is None and all(
            g.auto_score is None and g.manual_score is None for g in grades
        ):
            continue
        student = submission.student
        found.append(
            Row(
                student.id,
                student.first_name or "",
                student.last_name or "",
                student.email or "",
                student.lms_user_id or "",
                f"{submission.timestamp:%Y-%m-%d %H:%M:%S}" if submission.timestamp else "",
                {grade.name: None if grade.needs_manual_grade else grade.score for grade in grades},
                submission.late_submission_penalty or 0.0,
                submission.max_score,
            )
        )
    return sorted(found, key=lambda row: row.student)


def moodle(problem_set: str, marks: list[Row]) -> list[list[str]]:
    """Columns as in Moodle's own export, which its import takes: map Username or Email address, and the grade."""
    head = [
        "First name",
        "Last name",
        "ID number",
        "Username",
        "Email address",
        f"Assignment: {problem_set} (Real)",
    ]
    return [
        head,
        *([safe(m.first_name), safe(m.last_name), m.lms_id, m.student, m.email, total(m)] for m in marks),
    ]


def canvas(problem_set: str, marks: list[Row]) -> list[list[str]]:
    """Columns as Canvas wants them: it finds students by ID, else by SIS Login ID, and the set by its title."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", problem_set]
    possible = ["    Points Possible", "", "", "", "", number(marks[0].max_score) if marks else ""]
    names = [", ".join(part for part in (mark.last_name, mark.first_name) if part) for mark in marks]
    return [
        head,
        possible,
        *(
            [safe(name) or mark.student, mark.lms_id, "", mark.student, "", total(mark)]
            for name, mark in zip(names, marks, strict=True)
        ),
    ]


def generic(problem_set: str, marks: list[Row]) -> list[list[str]]:
    """Everything: a column for each graded cell, the late penalty, the total."""
    cells = list(marks[0].points) if marks else []
    head = ["set", "student", "last_name", "first_name", "email", "handed_in_utc", *cells]
    return [
        [*head, "late_penalty", "score", "max_score", "complete"],
        *(
            [
                problem_set,
                mark.student,
                safe(mark.last_name),
                safe(mark.first_name),
                mark.email,
                mark.handed_in,
                *("" if points is None else number(points) for points in mark.points.values()),
                number(round(mark.penalty, 2)),
                number(round(mark.score, 2)),
                number(mark.max_score),
                "yes" if mark.complete else "no",
            ]
            for mark in marks
        ),
    ]


FORMATS: dict[str, Callable[[str, list[Row]], list[list[str]]]] = {
    "moodle": moodle,
    "canvas": canvas,
    "generic": generic,
}


def total(row: Row) -> str:
    """The score, or nothing while a person still has to mark: a part would be imported as the whole."""
    return number(round(row.score, 2)) if row.complete else ""


def safe(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def export(kind: str, problem_set: str, marks: list[Row]) -> str:
    """The table as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(FORMATS[kind](problem_set, marks))
    return text.getvalue()

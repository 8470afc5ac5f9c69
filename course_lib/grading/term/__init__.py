"""A term's rules: `solutions/term.toml`, late penalties, due dates, group hand-ins, marks that outlive a regrade.

The file is optional and so is every table in it::

    [gradebook]
    url = "postgresql:///grades"   # default: SQLite in _build/grading/

    [late]
    grace_minutes = 15             # nothing is taken off within them
    percent_per_day = 10           # of the points earned, for each day begun after the grace
    keep_percent = 50              # so much of the points earned stays, however late

    [groups.ps02-convolution]
    pair-1 = ["ada", "grace"]      # one hand-in counts for both
"""

import datetime
import math
import tomllib
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading.notebooks import GradingError

FILE = "solutions/term.toml"
DAY = 24 * 60 * 60
TABLES = {"gradebook", "late", "groups", "limits"}


@dataclass(frozen=True)
class Late:
    """What being late costs; by default nothing.

    Raises GradingError for a negative number or more than 100 percent.
    """

    grace_minutes: float = 0
    percent_per_day: float = 0
    keep_percent: float = 0

    def __post_init__(self):
        if self.grace_minutes < 0 or not (0 <= self.percent_per_day <= 100 and 0 <= self.keep_percent <= 100):
            raise GradingError(
                f"{FILE}, table late: grace_minutes is 0 or more, the others are between 0 and 100; got {self}"
            )

    def penalty(self, score: float, seconds_late: float) -> float:
        """Points to take off: `percent_per_day` of `score` for each day begun, up to `100 - keep_percent` of it.

        >>> Late(grace_minutes=15, percent_per_day=10, keep_percent=50).penalty(20, seconds_late=3600)
        2.0
        """
        seconds = seconds_late - 60 * self.grace_minutes
        if seconds <= 0:
            return 0.0
        percent = min(self.percent_per_day * math.ceil(seconds / DAY), 100 - self.keep_percent)
        return score * (percent / 100)  # this order: never more than the score


@dataclass(frozen=True)
class Term:
    """What `solutions/term.toml` says; `groups` is by problem set, then by the group's name."""

    late: Late = Late()
    groups: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    gradebook: str | None = None


def read_term(root: Path) -> Term:
    """The rules in `solutions/term.toml`, or the defaults when there is no such file.

    Raises GradingError for a file that is no TOML, an unknown table or key, or a student in two groups of a set.
    """
    path = root / FILE
    if not path.is_file():
        return Term()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise GradingError(f"{FILE} cannot be read: {error}") from error
    unknown = sorted(set(tables) - TABLES)
    if unknown:
        raise GradingError(
            f"{FILE} has the unknown table {unknown[0]!r}; there are: {', '.join(sorted(TABLES))}"
        )
    try:
        late = Late(**tables.get("late", {}))
    except TypeError as error:
        raise GradingError(
            f"{FILE}, table late: expected numbers for grace_minutes, percent_per_day and keep_percent ({error})"
        ) from error
    groups = tables.get("groups", {})
    for problem_set, teams in groups.items():
        _check_groups(problem_set, teams)
    return Term(late, groups, tables.get("gradebook", {}).get("url"))


def _check_groups(problem_set: str, teams: object) -> None:
    where = f"{FILE}, table groups.{problem_set}"
    if not isinstance(teams, dict) or not all(isinstance(members, list) for members in teams.values()):
        raise GradingError(f'{where}: expected lines such as pair-1 = ["ada", "grace"]')
    seen: dict[str, str] = {}
    for team, members in teams.items():
        for member in members:
            if member in seen:
                raise GradingError(
                    f"{where}: {member} is in {seen[member]} and in {team}; a student is in one group"
                )
            seen[member] = team


def expand_groups(root: Path, problem_set: str, handed_in: dict[str, Path]) -> dict[str, list[str]]:
    """Who gets what a hand-in earns: the student or group that handed in -> the students, in order.

    A hand-in may carry the name of a member or of the group. Raises GradingError when two hand-ins of one
    group are there: a person has to decide which one counts.
    """
    teams = read_term(root).groups.get(problem_set, {})
    team_of = {member: team for team, members in teams.items() for member in members}
    counted: dict[str, str] = {}
    shares = {}
    for name in handed_in:
        team = name if name in teams else team_of.get(name)
        if team is None:
            shares[name] = [name]
            continue
        if team in counted:
            raise GradingError(
                f"{counted[team]} and {name} both handed in {problem_set} for the group {team}: one hand-in counts for "
                f"all members. Take one of the two away, or the student out of the group in {FILE}."
            )
        counted[team] = name
        shares[name] = list(teams[team])
    return shares


# ---- due dates and penalties in the gradebook


def due_date(text: str) -> datetime.datetime:
    """A due date as the gradebook keeps it, in UTC without a time zone; `text` without a zone is local time.

    Raises GradingError for what is no ISO date.
    """
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise GradingError(
            f"{text!r} is no date: write 2026-11-30T23:59, or 2026-11-30T23:59+01:00"
        ) from error
    if len(text.strip()) <= 10:
        when = when.replace(hour=23, minute=59, second=59)  # a day ends with it, not before it
    return when.astimezone(datetime.UTC).replace(tzinfo=None)


def set_due(gradebook, problem_set: str, when: datetime.datetime) -> None:
    """Set a problem set's due date."""
    assignment(gradebook, problem_set).duedate = when
    gradebook.db.commit()


def extend(gradebook, problem_set: str, student: str, when: datetime.datetime) -> None:
    """Give one student a due date of their own, as nbgrader's extension.

    A student who has not handed in yet gets an empty submission, for nbgrader keeps the extension in it. Raises
    GradingError when the set has no due date, or a later one.
    """
    due = assignment(gradebook, problem_set).duedate
    if due is None:
        raise GradingError(
            f"{problem_set} has no due date to extend: set one first, with course due {problem_set} DATE"
        )
    if when < due:
        raise GradingError(
            f"{when:%Y-%m-%d %H:%M} UTC is before the due date of all, {due:%Y-%m-%d %H:%M} UTC"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's way to build a submission
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(problem_set, student)
    gradebook.grant_extension(problem_set, student, minutes=(when - due).total_seconds() / 60)


def assignment(gradebook, problem_set: str):
    """The set in the gradebook; raises GradingError when it was never released."""
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_assignment(problem_set)
    except MissingEntry:
        raise GradingError(
            f"the gradebook has no {problem_set} yet: release it first, with course release"
        ) from None


def apply_late(gradebook, problem_set: str, late: Late, student: str | None = None) -> dict[str, float]:
    """Compute late penalties anew from scores, timestamps and due dates: student -> points taken off, where any.

    Do so after grading and after marking by hand: both change what a percentage is of.
    """
    taken = {}
    for submission in gradebook.assignment_submissions(problem_set):
        if student is not None and submission.student.id != student:
            continue
        # nbgrader adds an extension to a due date without asking whether there is one.
        seconds = submission.total_seconds_late if submission.assignment.duedate else 0
        for notebook in submission.notebooks:
            points = min(late.penalty(notebook.score, seconds), notebook.score)
            notebook.late_submission_penalty = points or None
            if points:
                taken[submission.student.id] = taken.get(submission.student.id, 0) + points
    gradebook.db.commit()
    return taken


# ---- a regrade


def manual_marks(gradebook, problem_set: str, student: str) -> dict[str, tuple]:
    """What people gave a submission, to be compared after a regrade: cell -> (auto score, manual score, settled)."""
    from nbgrader.api import MissingEntry

    try:
        submission = gradebook.find_submission(problem_set, student)
    except MissingEntry:
        return {}
    return {
        grade.name: (grade.auto_score, grade.manual_score, not grade.needs_manual_grade)
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.manual_score is not None
    }


def settle(gradebook, problem_set: str, student: str, before: dict[str, tuple]) -> list[str]:
    """After a regrade of the same hand-in: marks given by hand stay, and stay settled where nothing changed below.

    nbgrader keeps the marks but asks for all of them to be looked at again. Returns the cells where a person
    should look: the tests now say something else than when the mark was given.
    """
    look = []
    for notebook in gradebook.find_submission(problem_set, student).notebooks:
        for grade in notebook.grades:
            auto, manual, settled = before.get(grade.name, (None, None, False))
            if manual is None:
                continue
            grade.manual_score = manual
            changed = grade.auto_score != auto
            grade.needs_manual_grade = changed or not settled
            if changed:
                look.append(grade.name)
    gradebook.db.commit()
    return look

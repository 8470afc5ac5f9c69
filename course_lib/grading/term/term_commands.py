"""The verbs of a term behind the `course` command: due dates, marks, similar hand-ins, taking a student out."""

import sys
from collections.abc import Callable
from pathlib import Path

from course_lib.grading import notebooks, term
from course_lib.grading.checking.report import number
from course_lib.grading.commands import table
from course_lib.grading.term import gradebook as books

MOST = 20  # pairs that are printed


def due(
    problem_set: str, when: str | None = None, student: str | None = None, root: Path | None = None
) -> int:
    """Set the due date of a set, or of one student, and show who is late and what it costs."""
    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    if student and not when:
        raise notebooks.GradingError(
            f"say until when {student} may hand in: course due SET DATE --student {student}"
        )
    rules = term.read_term(root)
    with books.opened(root) as gradebook:
        if when and student:
            term.extend(gradebook, problem_set, student, term.due_date(when))
        elif when:
            term.set_due(gradebook, problem_set, term.due_date(when))
        term.apply_late(gradebook, problem_set, rules.late)
        print(*_late_lines(gradebook, problem_set), sep="\n")
    return 0


def _late_lines(gradebook, problem_set: str) -> list[str]:
    assignment = term.assignment(gradebook, problem_set)
    if assignment.duedate is None:
        return [f"{problem_set} has no due date: nobody is late."]
    rows = [["student", "due (UTC)", "handed in (UTC)", "late", "points taken off"]]
    for entry in sorted(gradebook.assignment_submissions(problem_set), key=lambda entry: entry.student.id):
        if not entry.extension and not entry.total_seconds_late:
            continue
        handed_in = f"{entry.timestamp:%Y-%m-%d %H:%M}" if entry.timestamp else "not yet"
        hours = entry.total_seconds_late / 3600
        late = f"{hours / 24:.1f} days" if hours >= 24 else f"{hours:.1f} hours" if hours else "no"
        taken = number(round(entry.late_submission_penalty or 0, 2))
        rows.append([entry.student.id, f"{entry.duedate:%Y-%m-%d %H:%M}", handed_in, late, taken])
    head = f"{problem_set} is due on {assignment.duedate:%Y-%m-%d %H:%M} UTC."
    return [head, *(table(rows) if len(rows) > 1 else ["Nobody is late, and nobody has more time."])]


def marks(
    problem_set: str, kind: str | None = None, out: Path | None = None, root: Path | None = None
) -> int:
    """Print the marks of a set, or write them as a table that a learning management system imports."""
    from course_lib.grading.term import lms

    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    with books.opened(root) as gradebook:
        term.apply_late(gradebook, problem_set, term.read_term(root).late)
        rows = lms.rows(gradebook, problem_set)
    if not rows:
        raise notebooks.GradingError(
            f"nobody has marks for {problem_set} yet: course grade {problem_set} gives them"
        )
    open_ = [row.student for row in rows if not row.complete]
    if kind is None:
        lines = [["student", "score", "late", "state"]]
        for row in rows:
            state = "complete" if row.complete else "to be marked by hand"
            score = f"{number(round(row.score, 2))}/{number(row.max_score)}"
            lines.append(
                [row.student, score, f"-{number(round(row.penalty, 2))}" if row.penalty else "", state]
            )
        print(*table(lines), sep="\n")
    elif out is None:
        sys.stdout.write(lms.export(kind, problem_set, rows))
    else:
        out.write_text(lms.export(kind, problem_set, rows), encoding="utf-8")
        print(f"The marks of {len(rows)} students are in {out}")
    if open_:
        where = "have no score in the table" if kind in ("moodle", "canvas") else "have a part of their score"
        print(
            f"{len(open_)} of {len(rows)} still have answers to be marked by hand and {where}.",
            file=sys.stderr,
        )
    return 0


def similar(problem_set: str, submissions: Path | None = None, root: Path | None = None) -> int:
    """List the pairs of hand-ins that share passages of code, and write both texts side by side."""
    from course_lib.grading.term import similarity

    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    folder = submissions or root / books.BUILD / "submitted"
    hand_ins, unread = similarity.read(folder, problem_set)
    if len(hand_ins) < 2:
        raise notebooks.GradingError(
            f"{len(hand_ins)} readable hand-ins of {problem_set} in {folder}: expected two or more"
        )
    blank = root / "exercises" / problem_set / f"{problem_set}.ipynb"
    pairs, usual = similarity.compare(hand_ins, similarity.prints("", notebooks.read(blank)))
    pairs = [pair for pair in pairs if not _team(root, problem_set, pair)]
    page = root / books.BUILD / f"similar-{problem_set}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(similarity.page(problem_set, pairs, hand_ins, usual), encoding="utf-8")
    print(similarity.SENTENCE)
    if pairs:
        print(*table(similarity.table(pairs[:MOST])), sep="\n")
    print(
        f"{len(hand_ins)} hand-ins, {len(pairs)} pairs that share a passage; side by side: {page.relative_to(root)}"
    )
    if unread:
        print(f"Not readable, so not compared: {', '.join(unread)}", file=sys.stderr)
    return 0


def _team(root: Path, problem_set: str, pair) -> bool:
    teams = term.read_term(root).groups.get(problem_set, {})
    return any({pair.first, pair.second} <= set(members) for members in teams.values())


def forget(
    student: str,
    yes: bool = False,
    submissions: Path | None = None,
    root: Path | None = None,
    ask: Callable[[str], str] = input,
) -> int:
    """Delete what grading keeps about a student, after showing it and asking.

    Returns 1 when nothing is deleted.
    """
    root = root or notebooks.find_root()
    found = books.traces(root, student, submissions)
    lines = found.lines(root)
    if lines:
        print(*lines, sep="\n")
    for path in found.named_in:
        print(f"{path.relative_to(root)} names {student}: edit it by hand", file=sys.stderr)
    if not lines:
        print(f"There is nothing about {student}.", file=sys.stderr)
        return 1
    if (
        not yes
        and ask(f"Delete all this? It cannot be undone. Type the name {student} to go on: ").strip()
        != student
    ):
        print("Nothing was deleted.", file=sys.stderr)
        return 1
    books.forget(root, found)
    print(
        f"Deleted. Exchange folders, printed feedback and the management system may still hold data of {student}."
    )
    return 0

"""The verbs of grading behind the `course` command.

Each prints what it does and returns an exit status, or raises GradingError with what the user has to mend.
"""

import shutil
import sys
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.report import number

SAMPLE = "_build/grading/sample"


def check(notebook: Path) -> int:
    """Run a student's notebook in a fresh kernel and show what its visible checks find.

    Returns 0 when every visible check passes and 1 when one does not.
    """
    from course_lib.grading.rehearsal import Rehearsal

    return Rehearsal(notebook).run()


def release(problem_set: str, root: Path | None = None) -> int:
    """Generate the student version of a problem set into `exercises/`."""
    from course_lib.grading.engine import Engine

    root = root or notebooks.find_root()
    folder = Engine(root).release(notebooks.find_set(root, problem_set))
    print(f"The student version is in {folder.relative_to(root)}")
    return 0


def grade(problem_set: str, submissions: Path | None = None, root: Path | None = None) -> int:
    """Grade a problem set with nbgrader, write feedback, and print the marks.

    `submissions` is a folder with one folder for each student, which holds the student's notebook. Without
    it, two sample submissions are made from the answer bank and graded in a gradebook of their own. Grading
    again replaces earlier marks. Returns 1 when a submission could not be graded.
    """
    from course_lib.grading.engine import Engine

    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    if submissions is not None:
        handed_in = {
            folder.name: folder / f"{problem_set}.ipynb"
            for folder in sorted(submissions.glob("*/"))
            if folder.is_dir()
        }
        if not handed_in:
            raise notebooks.GradingError(
                f"There are no submissions in {submissions}: expected a folder for each student that holds "
                f"{problem_set}.ipynb"
            )
        engine = Engine(root)
        engine.release(problem_set)
    else:
        print("No submissions are given: grading two samples made from the answer bank.")
        shutil.rmtree(root / SAMPLE, ignore_errors=True)
        engine = Engine(root, SAMPLE, f"{SAMPLE}/release")
        engine.release(problem_set)
        handed_in = sample_submissions(root, problem_set, engine)
    return grade_all(engine, problem_set, handed_in)


def sample_submissions(root: Path, problem_set: str, engine) -> dict[str, Path]:
    """Write the sample submissions of a set, filled-in copies of the release: student -> notebook."""
    import nbformat

    from course_lib.grading.bank import samples
    from course_lib.grading.engine import filled_in

    blank = notebooks.read(root / SAMPLE / "release" / problem_set / f"{problem_set}.ipynb")
    written = {}
    for student, cells in samples(root, problem_set).items():
        path = engine.build / "handed-in" / student / f"{problem_set}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(filled_in(blank, cells), path)
        written[student] = path
    return written


def grade_all(engine, problem_set: str, handed_in: dict[str, Path]) -> int:
    """Grade submissions one after the other and print a line for each, then the table."""
    marks, refused = {}, {}
    for count, (student, path) in enumerate(handed_in.items(), start=1):
        print(f"[{count}/{len(handed_in)}] grading {student} ...", flush=True)
        try:
            notebooks.read(path)
            engine.submit(problem_set, student, path)
            marks[student] = engine.grade(problem_set, student)
        except notebooks.GradingError as error:
            refused[student] = str(error)
    if marks:
        print(*marks_table(marks), sep="\n")
        where = engine.feedback(problem_set, "STUDENT").relative_to(engine.root)
        print(f"Feedback for each student: {where.as_posix()}")
    for student, reason in refused.items():
        print(f"{student}: not graded. {reason}", file=sys.stderr)
    return 1 if refused else 0


def marks_table(marks: dict[str, list]) -> list[str]:
    """The marks as lines: a column for each task, a row for each student."""
    heads = [mark.cell.removeprefix(notebooks.TEST) for mark in next(iter(marks.values()))]
    rows = [["student", *heads, "total"]]
    for student, row in marks.items():
        cells = [
            "by hand" if mark.score is None else f"{number(mark.score)}/{number(mark.points)}" for mark in row
        ]
        earned = sum(mark.score or 0 for mark in row)
        rows.append([student, *cells, f"{number(earned)}/{number(sum(mark.points for mark in row))}"])
    return table(rows)


def bank(problem_set: str, root: Path | None = None) -> int:
    """Run the answer bank against the tests of a set and print what each answer gets.

    Returns 1 when an answer gets other points or sentences than its file says.
    """
    from course_lib.grading.bank import Exam, answers, complaints, sentences

    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    exam = Exam(notebooks.read(root / "solutions" / problem_set / f"{problem_set}.ipynb"))
    rows, surprises = [["task", "answer", "points", "what the student reads"]], []
    for answer in answers(root, problem_set):
        report = exam.mark(answer.task, answer.source)
        surprises += complaints(answer, report)
        read = sentences(report)
        told = next(
            (line for line in read if answer.says and answer.says[0] in line), read[0] if read else ""
        )
        points = f"{number(report.earned)}/{number(report.points)}"
        rows.append([answer.task, answer.name, points, told.split("\n")[0]])
    print(*table(rows), sep="\n")
    print(*surprises, sep="\n", end="\n" if surprises else "")
    print(f"{len(rows) - 1} answers, {len(surprises)} surprises")
    return 1 if surprises else 0


def table(rows: list[list[str]]) -> list[str]:
    """Rows of cells as aligned lines."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]

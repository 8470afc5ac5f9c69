"""The verbs of grading behind the `course` command.

Each prints what it does and returns an exit status, or raises GradingError with what the user has to mend.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.checking.report import number

SAMPLE = "_build/grading/sample"


def check(notebook: Path) -> int:
    """Run a student's notebook in a fresh kernel and show what its visible checks find.

    Returns 0 when every visible check passes and 1 when one does not.
    """
    from course_lib.grading.answers.rehearsal import Rehearsal

    return Rehearsal(notebook).run()


def release(problem_set: str, root: Path | None = None) -> int:
    """Generate the student version of a problem set into `exercises/`."""
    from course_lib.grading.marking.engine import Engine

    root = root or notebooks.find_root()
    folder = Engine(root).release(notebooks.find_set(root, problem_set))
    print(f"The student version is in {folder.relative_to(root)}")
    return 0


@dataclass(frozen=True)
class How:
    """How to grade: the kind of sandbox, how many workers here or which Dask cluster, whether to resume a batch."""

    sandbox: str | None = None
    workers: int = 1
    address: str | None = None
    resume: bool = False


def grade(
    problem_set: str, submissions: Path | None = None, root: Path | None = None, how: How | None = None
) -> int:
    """Grade a problem set, write marks and feedback, and print a summary.

    `submissions` is a folder with one folder for each student, which holds the student's notebook. Without
    it, two sample submissions are made from the answer bank and graded in a gradebook of their own. Grading
    again replaces earlier marks. Returns 1 when a submission could not be graded and has 0 points for a reason.
    """
    from course_lib.grading import sandbox, seeds
    from course_lib.grading.judge import judging, servers
    from course_lib.grading.marking.engine import Engine

    how = how or How()
    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    chosen = sandbox.choose(how.sandbox)
    if how.address is None:
        # It loads its libraries while the set is released.
        servers.server_for(judging.modules_of(notebooks.source(root, problem_set)), chosen.kind)
    if submissions is not None:
        handed_in = hand_ins(submissions, problem_set)
        engine = Engine(root, sandbox=chosen.kind)
        engine.release(problem_set)
        seed = seeds.seed_for(problem_set)
    else:
        print("No submissions are given: grading two samples made from the answer bank.")
        shutil.rmtree(root / SAMPLE, ignore_errors=True)
        engine = Engine(root, SAMPLE, f"{SAMPLE}/release", sandbox=chosen.kind)
        engine.release(problem_set)
        handed_in = sample_submissions(root, problem_set, engine)
        seed = "sample"
    if chosen.kind == "container":
        guard(engine.source(problem_set), handed_in)
    return grade_all(engine, problem_set, handed_in, chosen, seed, how)


def hand_ins(submissions: Path, problem_set: str) -> dict[str, Path]:
    """The files in a folder of submissions: student or group -> notebook, also where one is missing.

    Raises GradingError when there are none.
    """
    folders = sorted(
        folder for folder in submissions.glob("*/") if folder.is_dir() and not folder.is_symlink()
    )
    if not folders:
        raise notebooks.GradingError(
            f"There are no submissions in {submissions}: expected a folder for each student that holds "
            f"{problem_set}.ipynb"
        )
    return {folder.name: folder / f"{problem_set}.ipynb" for folder in folders}


def guard(source: Path, handed_in: dict[str, Path]) -> None:
    """In a container of one submission: see that there is one, and that its user cannot read the tests.

    Raises GradingError otherwise.
    """
    if len(handed_in) != 1:
        raise notebooks.GradingError(
            f"a container grades one submission, here are {len(handed_in)}: start one container for each"
        )
    if all(path.stat().st_mode & 0o005 for path in (source, *source.parents)):
        raise notebooks.GradingError(
            f"every user of this container can read {source.name}, the student's code too: type chmod -R o-rwx on its "
            "folder when the image is made"
        )


def seed(term: str | None = None) -> int:
    """Make a term's secret seed and say where it is."""
    from course_lib.grading import seeds

    print(f"The seed of this term is in {seeds.make(term)}. Keep a copy: marks can be repeated with it only.")
    return 0


def sample_submissions(root: Path, problem_set: str, engine) -> dict[str, Path]:
    """Write the sample submissions of a set, filled-in copies of the release: student -> notebook."""
    import nbformat

    from course_lib.grading.answers.bank import samples
    from course_lib.grading.marking.engine import filled_in

    blank = notebooks.read(root / SAMPLE / "release" / problem_set / f"{problem_set}.ipynb")
    written = {}
    for student, cells in samples(root, problem_set).items():
        path = engine.build / "handed-in" / student / f"{problem_set}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(filled_in(blank, cells), path)
        written[student] = path
    return written


def grade_all(engine, problem_set: str, handed_in: dict[str, Path], chosen, seed: str, how: How) -> int:
    """Grade submissions, print a line for each as it comes, then the table and what the class found hard."""
    from course_lib.grading.marking import batch

    def tell(count: int, everyone: int, name: str, outcome) -> None:
        most = sum(report.points for report in outcome.reports.values())
        flags = f", {len(outcome.flags)} notes" if outcome.flags else ""
        print(
            f"[{count}/{everyone}] {name}: {number(outcome.earned)}/{number(most)} in {outcome.seconds:.1f} s{flags}",
            flush=True,
        )

    if chosen.warning:
        print(chosen.warning, file=sys.stderr)
    summary = batch.run(
        engine,
        problem_set,
        handed_in,
        seed=seed,
        sandbox=chosen,
        workers=how.workers,
        address=how.address,
        resume=how.resume,
        tell=tell,
    )
    marks = engine.all_marks(problem_set)
    print(*marks_table(marks), sep="\n")
    print(*hardest_lines(summary), sep="\n")
    for student, flags in summary.flags.items():
        print(*(f"{student}: {flag}" for flag in flags), sep="\n")
    for student, cells in summary.look.items():
        print(f"{student}: a mark given by hand may need another look: {', '.join(cells)}")
    where = engine.feedback(problem_set, "STUDENT").relative_to(engine.root)
    print(f"Feedback for each student: {where.as_posix()}")
    for student, reason in summary.reasons.items():
        print(f"{student}: not graded, 0 points. {reason}", file=sys.stderr)
    return 1 if summary.reasons else 0


def hardest_lines(summary) -> list[str]:
    """How many of the class failed each check, the most failed first."""
    rows = [["failed", "task", "check"]]
    for task, title, failed, everyone in summary.hardest():
        if failed:
            rows.append([f"{failed} of {everyone}", task, title])
    return table(rows) if len(rows) > 1 else ["Nobody failed a check."]


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
    from course_lib.grading.answers.bank import Exam, answers, complaints, sentences

    root = root or notebooks.find_root()
    problem_set = notebooks.find_set(root, problem_set)
    exam = Exam(notebooks.read(notebooks.source(root, problem_set)))
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

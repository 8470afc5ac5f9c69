"""Grades the corpus of hostile submissions and prints the table: what had to come out, and what came out.

    python benchmarks/hostile_submissions.py [NAME ...] [--row ROW] [--workers N] [--no-sandbox] [--plain-user]
    python benchmarks/hostile_submissions.py --write FOLDER

Without a sandbox, on purpose, the table has to show failures. Everything in the corpus is bounded, but do that on a
machine of its own.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "grading"))

import hostile  # noqa: E402
import nbformat  # noqa: E402
from hostile import harness  # noqa: E402


def main() -> int:
    """Run the command; 0 when every outcome is the expected one."""
    # Grading runs in a session of its own; leaving by an exception ends it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    options = parser().parse_args()
    chosen = [
        name
        for name, entry in hostile.SUBMISSIONS.items()
        if (not options.names or name in options.names) and (not options.row or entry.row == options.row)
    ]
    if options.write:
        read = [
            nbformat.read(harness.HOUSE / part / hostile.SET / f"{hostile.SET}.ipynb", as_version=4)
            for part in ("exercises", "solutions")
        ]
        hostile.write(options.write, *read, chosen)
        return 0
    flags = ["--no-sandbox"] if options.no_sandbox else []
    flags += ["--workers", str(options.workers)] if options.workers else []
    with tempfile.TemporaryDirectory(prefix="course-hostile-") as folder:
        course = harness.Course(Path(options.keep or folder), sorted({"honest", *chosen}))
        started = time.monotonic()
        status = course.grade(*flags, plain_user=options.plain_user)
        seconds = time.monotonic() - started
        damage = course.damage()
        failures = show(course, chosen)
        print(
            f"\n{len(chosen)} submissions in {seconds:.0f} s, {failures} with another outcome than expected; "
            f"exit status {status}"
        )
        print(*[f"outside of the submissions: {line}" for line in damage], sep="\n")
        if not (course.build() / "gradebook.db").is_file():
            print(course.output[-3000:])
        harness.end_survivors()
    return 1 if failures or damage else 0


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    top = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    top.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    top.add_argument("--row", choices=sorted(hostile.ROWS), help="only this row of the table of outcomes")
    top.add_argument("--workers", type=int)
    top.add_argument("--no-sandbox", action="store_true")
    top.add_argument("--plain-user", action="store_true", help="grade as the user nobody, if this is root")
    top.add_argument("--write", type=Path, metavar="FOLDER", help="only write the submissions")
    top.add_argument("--keep", type=Path, metavar="FOLDER", help="grade in this new folder and leave it")
    return top


def expectation(entry: hostile.Submission) -> str:
    """What has to come out, in a phrase."""
    if not entry.whole:
        return "0, with a reason"
    bounds = [mark if isinstance(mark, tuple) else (mark, mark) for mark in entry.marks.values()]
    least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    points = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    return ", ".join([points, *entry.flags])


def outcome(seen: hostile.Seen) -> str:
    """What came out, in a phrase."""
    marks = [mark for mark in seen.marks.values() if mark is not None]
    points = f"{sum(marks):g}" if marks else "no score"
    return ", ".join([points, *seen.flags, *(["with a reason"] if seen.reason else [])])


def show(course: harness.Course, names: list[str]) -> int:
    """Print the table; returns how many outcomes are not the expected ones."""
    failures = 0
    for row, title in hostile.ROWS.items():
        inside = [name for name in names if hostile.SUBMISSIONS[name].row == row]
        if inside:
            print(f"\n{title}")
        for name in inside:
            wrong = course.problems(name)
            failures += bool(wrong)
            expected, seen = expectation(hostile.SUBMISSIONS[name]), outcome(course.seen(name))
            print(f"  {name:38} {expected:28} {seen:34} {'as expected' if not wrong else 'NO: ' + wrong[0]}")
            print(*[f"{'':105}NO: {line}" for line in wrong[1:4]], sep="\n", end="\n" if wrong[1:4] else "")
    return failures


if __name__ == "__main__":
    sys.exit(main())

"""Measure grading against stock nbgrader, and write its table in `benchmarks/README.md`.

    python benchmarks/grading.py                       every part: ps02, training, banks, thousand, resumed, box, killed
    python benchmarks/grading.py --only ps02 box       these; the table keeps what was measured before of the others
    python benchmarks/grading.py --stock 20            grade only the first 20 of the submissions by stock nbgrader
    python benchmarks/grading.py --quick               a few submissions, to see that all works; writes nothing
    python benchmarks/grading.py --table               only write the table again

What a part measured lies in `_build/benchmarks/grading.json`, what the commands printed beside it. Both ways of grading
get the same files and must give the same marks. On a busy machine the times grow; the ratio of processor seconds
grows far less.
"""

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grading_sets
import grading_table
import grading_ways
import tables
from grading_ways import Course, Run

from course_lib.grading import notebooks

KEPT = grading_sets.HOUSE / "_build" / "benchmarks" / "grading.json"
PACKAGES = ("torch", "nbgrader", "nbclient", "distributed")
FORBIDDEN = "must not be used in this task"  # a part of what a student reads


@dataclass(frozen=True)
class Plan:
    """How much to measure."""

    folder: Path  # for courses and submissions
    log: Path
    submissions: int = 60
    stock: int = 60
    thousand: int = 1000
    resumed: int = 1000
    boxes: int = 30
    killed: int = 60
    groups: int | None = None  # of submissions with answers of each set's bank; None is all
    workers: int = 2

    def prepare(self, problem_set: str, count: int, steps: int | None = None):
        """A course for each way and a class's submissions: (make a course, blank course, folder, files)."""
        source = grading_sets.sources(steps)[problem_set]
        place = Path(tempfile.mkdtemp(prefix=f"{problem_set}-", dir=self.folder))
        stock = Course.make(place / "stock", problem_set, source, self.log)
        files = {}
        for student, data in grading_sets.submissions(problem_set, source, stock.release(), count):
            files[student] = place / "in" / student / f"{problem_set}.ipynb"
            files[student].parent.mkdir(parents=True)
            files[student].write_bytes(data)
        return lambda name: Course.make(place / name, problem_set, source, self.log), stock, files


def progress(title: str, every: int = 10) -> Callable[[str, int], None]:
    """A listener that prints how far `course grade` is."""

    def hear(line: str, pid: int) -> None:
        found = grading_ways.GRADED.match(line)
        if found and int(found[1]) % every == 0:
            print(f"{title}: {line.rstrip()}", flush=True)

    return hear


def same(ours: dict, stock: dict) -> int:
    """How many marks are compared; raises AssertionError when two differ."""
    different = {
        f"{student}, {cell}: {ours[student].get(cell)} by ours, {mark} by stock nbgrader"
        for student, marks in stock.items()
        for cell, mark in marks.items()
        if ours[student].get(cell) != mark
    }
    if different or not stock:
        raise AssertionError("the marks differ:\n" + "\n".join(sorted(different)))
    return sum(map(len, stock.values()))


def graded(run: Run, course: Course, count: int) -> dict[str, dict[str, float | None]]:
    """The marks after a run of ours; raises AssertionError unless everybody has marks and feedback, once."""
    marks = course.marks()
    if run.status or len(marks) != count or course.pages() != count:
        print(*run.lines[-30:], sep="\n")
        raise AssertionError(
            f"exit status {run.status}, {len(marks)} of {count} graded, {course.pages()} pages"
        )
    return marks


def compare(plan: Plan, title: str, problem_set: str, steps: int | None = None) -> dict:
    """Grade the same submissions both ways."""
    make, stock, files = plan.prepare(problem_set, plan.submissions, steps)
    some = dict(list(files.items())[: plan.stock])
    print(f"{title}: {plan.submissions} by course grade --workers {plan.workers}", flush=True)
    course = make("ours")
    folder = next(iter(files.values())).parent.parent
    run = course.ours(folder, "--workers", str(plan.workers), hear=progress(title))
    marks = graded(run, course, plan.submissions)
    print(f"{title}: {run.seconds:.0f} s; {len(some)} by stock nbgrader", flush=True)
    autograde, feedback = stock.stock(some)
    if stock.pages() != len(some):
        raise AssertionError(f"stock nbgrader wrote {stock.pages()} pages of {len(some)}")
    compared = same(marks, stock.marks())
    print(f"{title}: {autograde.seconds + feedback.seconds:.0f} s; {compared} marks are equal", flush=True)
    return {
        "count": plan.submissions,
        "stock_count": len(some),
        "workers": plan.workers,
        "ours": run.seconds,
        "stock": autograde.seconds + feedback.seconds,
        "ours_processor": run.processor_seconds,
        "stock_processor": autograde.processor_seconds
        and autograde.processor_seconds + feedback.processor_seconds,
        "marks": compared,
        "steps": steps,
        "load": [*run.load, autograde.load[0], feedback.load[1]],
    }


def ps02(plan: Plan) -> dict:
    """The convolution set of the course."""
    return compare(plan, "ps02", grading_sets.PS02)


def training(plan: Plan) -> dict:
    """A small set with a second of training in the student's code."""
    steps = grading_sets.steps_of_a_second()
    print(f"training: {steps:,} steps fill a second of processor time", flush=True)
    return compare(plan, "training", grading_sets.TRAINING, steps)


def banks(plan: Plan) -> dict:
    """Every answer of every set's bank, right and wrong, both ways: whether the marks are the same."""
    folders = sorted(path for path in (grading_sets.HOUSE / "solutions").iterdir() if path.is_dir())
    return {
        "sets": {folder.name: bank_of(plan, folder.name) for folder in folders},
        "load": [os.getloadavg()[0]],
    }


def bank_of(plan: Plan, problem_set: str) -> dict:
    """The answers of one set's bank, graded both ways and compared."""
    source = notebooks.read(notebooks.source(grading_sets.HOUSE, problem_set))
    place = Path(tempfile.mkdtemp(prefix=f"{problem_set}-", dir=plan.folder))
    ours, stock = (Course.make(place / way, problem_set, source, plan.log) for way in ("ours", "stock"))
    stock.release()
    files, answers = {}, {}
    chosen = itertools.islice(grading_sets.bank_submissions(problem_set, source), plan.groups)
    for number, (members, data) in enumerate(chosen):
        student = f"student-{number:03d}"
        answers[student] = members
        files[student] = place / "in" / student / f"{problem_set}.ipynb"
        files[student].parent.mkdir(parents=True)
        files[student].write_bytes(data)
    run = ours.ours(place / "in", "--workers", str(plan.workers), hear=progress(problem_set))
    marks = graded(run, ours, len(files))
    stock.stock(files)
    found = compare_banks(answers, marks, stock.marks())
    print(f"{problem_set}: {found}", flush=True)
    return found


def compare_banks(answers: dict, ours: dict, stock: dict) -> dict:
    """How many answers were compared and which of them have other marks, as (task/answer, ours, stock)."""
    compared, forbidden, different = 0, 0, []
    for student, members in answers.items():
        for task, answer in members.items():
            pair = [marks[student][f"{notebooks.TEST}{task}"] for marks in (ours, stock)]
            compared += 1
            if pair[0] == pair[1]:
                continue
            # A forbidden name costs whatever could use it under the judge, what does use it under stock nbgrader.
            if any(FORBIDDEN in said for said in answer.says):
                forbidden += 1
            else:
                different.append([f"{task}/{answer.name}", *pair])
    return {"compared": compared, "forbidden": forbidden, "different": different}


def thousand(plan: Plan) -> dict:
    """A large class and a tiny set: time and memory."""
    count = plan.thousand
    make, _, files = plan.prepare(grading_sets.TINY, count)
    folder = next(iter(files.values())).parent.parent
    course, every = make("ours"), max(count // 10, 1)
    run = course.ours(folder, "--workers", str(plan.workers), hear=progress("thousand", every))
    perfect(graded(run, course, count))
    return {
        "count": count,
        "workers": plan.workers,
        "ours": run.seconds,
        "ours_processor": run.processor_seconds,
        "peaks": run.peaks,
        "memory_at": {str(number): run.memory_at[number] for number in (every, count)},
        "load": [*run.load],
    }


def resumed(plan: Plan) -> dict:
    """A large class whose grading is killed in the middle, all processes at once, and resumed."""
    count = plan.resumed
    make, _, files = plan.prepare(grading_sets.TINY, count)
    folder = next(iter(files.values())).parent.parent
    options = ("--workers", str(plan.workers))

    def kill(line: str, pid: int) -> None:
        if line.startswith(f"[{count // 2}/{count}]"):
            grading_ways.end(pid)

    course = make("ours")
    first = course.ours(folder, *options, hear=kill)
    if first.status != -signal.SIGKILL:
        raise AssertionError(f"the batch was to be killed, but ended with status {first.status}")
    before = len(course.marks())
    print(f"resumed: killed after {before} of {count}; resuming", flush=True)
    second = course.ours(folder, *options, "--resume", hear=progress("resumed", max(count // 10, 1)))
    perfect(graded(second, course, count))
    journal = course.root / "_build" / "grading" / "journal" / f"{grading_sets.TINY}.jsonl"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    names = [entry["student"] for entry in entries if "outcome" in entry]
    if len(names) != count or len(set(names)) != count:
        raise AssertionError(f"{len(names)} outcomes of {len(set(names))} students for {count} submissions")
    seconds = {"killed": first.seconds, "resumed": second.seconds}
    return {"count": count, "killed_at": before, **seconds, "load": [*first.load, *second.load]}


def perfect(marks: dict[str, dict[str, float | None]]) -> None:
    """Raise AssertionError unless everybody has all points of the tiny set, as all of its answers are right."""
    wrong = {student: scores for student, scores in marks.items() if scores != {"test-double": 3.0}}
    if wrong:
        raise AssertionError(f"marks were lost or changed: {wrong}")


def box(plan: Plan) -> dict:
    """Open and close boxes from a warm process."""
    command = [sys.executable, str(Path(__file__).with_name("grading_box.py")), str(plan.boxes)]
    before = os.getloadavg()[0]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env=grading_ways.environment(plan.folder),
        process_group=0,
    )
    return {"seconds": json.loads(done.stdout), "load": [before, os.getloadavg()[0]]}


def killed(plan: Plan) -> dict:
    """Two workers of a local Dask cluster, of which one is killed in mid-batch."""
    from distributed import Client, LocalCluster

    make, _, files = plan.prepare(grading_sets.TINY, plan.killed)
    folder = next(iter(files.values())).parent.parent
    options = {"threads_per_worker": 1, "dashboard_address": ":0", "memory_limit": 0, "silence_logs": 50}
    ends: list[int] = []
    with LocalCluster(n_workers=2, **options) as cluster:
        with Client(cluster) as client:
            workers = list(client.run(os.getpid).values())

        def hear(line: str, pid: int) -> None:
            if line.startswith(f"[{plan.killed // 3}/") and not ends:
                os.kill(workers[0], signal.SIGKILL)
                ends.append(workers[0])
                print(f"killed: worker {workers[0]} of {workers} after {line.split()[0]}", flush=True)

        course = make("ours")
        run = course.ours(folder, "--dask", cluster.scheduler_address, hear=hear)
    perfect(graded(run, course, plan.killed))
    if not ends:
        raise AssertionError("no worker was killed")
    return {"count": plan.killed, "seconds": run.seconds, "load": [*run.load]}


PARTS: dict[str, Callable[[Plan], dict]] = {
    function.__name__: function for function in (ps02, training, banks, thousand, resumed, box, killed)
}


def read_kept(path: Path = KEPT) -> dict[str, dict]:
    """What earlier runs measured."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: found[name] for name in PARTS if name in found}


def measure(names: Sequence[str], options) -> None:
    """Measure parts one after the other; what is done is kept, and the table written, after each."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="course-benchmark-") as folder:
            place = Path(folder)
            log = KEPT.with_name(f"grading-{name}.log")
            log.write_text("", encoding="utf-8")
            few = {
                "submissions": 4,
                "stock": 2,
                "thousand": 10,
                "resumed": 10,
                "boxes": 3,
                "killed": 6,
                "groups": 1,
            }
            many = {key: getattr(options, key) for key in ("submissions", "stock", "thousand", "resumed")}
            plan = Plan(place, log, **(few if options.quick else many), workers=options.workers)
            began = time.perf_counter()
            found = PARTS[name](plan)
            found["took"] = time.perf_counter() - began
        found["head"] = tables.head(tables.processors(), PACKAGES)
        kept = {name: found} if options.quick else read_kept() | {name: found}
        print(f"\n{grading_table.text_of({name: found})}\n", flush=True)
        if not options.quick:
            KEPT.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            tables.write("grading", grading_table.text_of(read_kept()))
    print("Nothing was written: too quick to count." if options.quick else f"The table is in {tables.README}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, nargs="+", help="measure these parts")
    parser.add_argument("--submissions", type=int, default=60, help="of ps02 and training; default: 60")
    parser.add_argument("--stock", type=int, default=60, help="how many of them by stock nbgrader")
    parser.add_argument("--thousand", type=int, default=1000, help="submissions of the large class")
    parser.add_argument("--resumed", type=int, default=1000, help="those of which grading is killed")
    parser.add_argument("--workers", type=int, default=2, help="of course grade; default: 2")
    parser.add_argument("--quick", action="store_true", help="see that it runs; write nothing")
    parser.add_argument("--table", action="store_true", help="only write the table again")
    options = parser.parse_args(arguments)
    if options.table:
        tables.write("grading", grading_table.text_of(read_kept()))
    else:
        measure(options.only or list(PARTS), options)


if __name__ == "__main__":
    sys.exit(main())

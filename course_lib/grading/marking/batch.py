"""Grades a class: workers compute outcomes, here or on a Dask cluster, and one writer puts them into the gradebook.

At any time only a few submissions are in memory: those being graded. Each outcome is in the journal before it
is in the gradebook, so a batch may be killed at any point and resumed.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading.judge import judging, sanitize
from course_lib.grading.judge.judging import Outcome
from course_lib.grading.marking.journal import Journal, key_of
from course_lib.grading.marking.writer import Writer
from course_lib.grading.sandbox import Sandbox
from course_lib.grading.term import expand_groups, gradebook

AHEAD = 2  # submissions that wait at each worker


@dataclass(frozen=True)
class Paper:
    """All that grading needs beside the submission: bytes, so that a worker may be on another machine."""

    name: str
    source: bytes
    files: dict[str, bytes]
    seed: str
    sandbox: Sandbox

    @classmethod
    def of(cls, source: Path, seed: str, sandbox: Sandbox) -> "Paper":
        """The paper of a source notebook."""
        files = {Path(name).name: Path(name).read_bytes() for name in judging.data_files(source)}
        return cls(source.stem, source.read_bytes(), files, seed, sandbox)

    def key(self, submission: bytes) -> str:
        """The journal's key of a submission."""
        files = [part for name in sorted(self.files) for part in (name.encode(), self.files[name])]
        return key_of([submission, self.source, *files, self.seed.encode(), self.sandbox.kind.encode()])


@dataclass
class Summary:
    """What a batch found: how often each check failed, what could not be graded, what a person should look at."""

    graded: int = 0
    checks: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # (task, title) -> [failed, all]
    reasons: dict[str, str] = field(default_factory=dict)
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    look: dict[str, list[str]] = field(default_factory=dict)
    points: Counter = field(default_factory=Counter)

    def add(self, student: str, outcome: Outcome) -> None:
        """Count a student's outcome."""
        self.graded += 1
        if outcome.reason:
            self.reasons[student] = outcome.reason
        if outcome.flags:
            self.flags[student] = outcome.flags
        for task, report in outcome.reports.items():
            for result in report.results:
                count = self.checks.setdefault((task, result.title), [0, 0])
                count[0] += not result.passed
                count[1] += 1

    def hardest(self) -> list[tuple[str, str, int, int]]:
        """The checks by how many failed them: (task, title, failed, all)."""
        rows = [(task, title, *count) for (task, title), count in self.checks.items()]
        return sorted(rows, key=lambda row: -row[2])


_papers: dict[str, Path] = {}  # by key and process: the source notebook in a folder with the paper's files
_unpacking = threading.Lock()


def unpacked(paper: Paper) -> Path:
    """The source notebook of a paper, unpacked once a process into a folder that only its user can read."""
    key = f"{os.getpid()} {paper.key(b'')}"
    with _unpacking:
        if key not in _papers:
            folder = Path(tempfile.mkdtemp(prefix="course-paper-"))
            for name, content in paper.files.items():
                (folder / name).write_bytes(content)
            _papers[key] = folder / f"{paper.name}.ipynb"
            _papers[key].write_bytes(paper.source)
        return _papers[key]


@atexit.register
def forget_papers() -> None:
    """Delete what this process unpacked."""
    with _unpacking:
        for key in [key for key in _papers if key.split()[0] == str(os.getpid())]:
            shutil.rmtree(_papers.pop(key).parent, ignore_errors=True)


def grade_bytes(paper: Paper, submission: bytes) -> dict:
    """Grade a submission in a worker; the outcome as plain data."""
    source = unpacked(paper)
    with tempfile.TemporaryDirectory(prefix="course-submission-") as place:
        submitted = Path(place, source.name)
        submitted.write_bytes(submission)
        return judging.grade_one(source, submitted, seed=paper.seed, sandbox=paper.sandbox).to_json()


def here(paper: Paper, submissions: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, dict]]:
    """Grade one after the other in this process."""
    for name, submission in submissions:
        yield name, grade_bytes(paper, submission)


def on_dask(
    paper: Paper, submissions: Iterator[tuple[str, bytes]], workers: int, address: str | None
) -> Iterator[tuple[str, dict]]:
    """Grade on a Dask cluster; a lost worker's work is done again.

    Without an address, `workers` threads of this process are the cluster: what a worker does itself is little
    beside what its server's processes do, and a worker in a process of its own takes a second to start.
    """
    from distributed import Client, LocalCluster, as_completed

    from course_lib.grading.marking.warm import WarmServer

    with contextlib.ExitStack() as stack:
        if address is None:
            options = {"dashboard_address": None, "memory_limit": 0, "silence_logs": 40}
            local = LocalCluster(processes=False, n_workers=1, threads_per_worker=workers, **options)
            address = stack.enter_context(local)
        client = stack.enter_context(Client(address, set_as_default=False))
        client.register_plugin(WarmServer())
        held = client.scatter(paper, broadcast=True, hash=False)
        queue = as_completed(loop=client.loop)
        names = {}

        def submit() -> None:
            for name, submission in submissions:
                # `pure=False`: a hash of the bytes would tie two equal hand-ins together.
                future = client.submit(grade_bytes, held, submission, pure=False, retries=2)
                names[future.key] = name
                queue.add(future)
                return

        for _ in range(AHEAD * max(workers, sum(client.nthreads().values()))):
            submit()
        for future in queue:
            yield names.pop(future.key), future.result()
            submit()


def run(
    engine,
    problem_set: str,
    handed_in: dict[str, Path],
    *,
    seed: str,
    sandbox: Sandbox,
    workers: int = 1,
    address: str | None = None,
    resume: bool = False,
    tell: Callable[[int, int, str, Outcome], None] = lambda *_: None,
) -> Summary:
    """Grade hand-ins (name of a student or group -> file) and write them into the engine's gradebook.

    With `resume`, what an earlier batch has is not graded again. `tell(count, all, name, outcome)` hears of each.
    """
    shares = expand_groups(engine.root, problem_set, handed_in)
    gradebook.backup(engine.api.coursedir.db_url, engine.root / gradebook.BACKUPS)
    paper = Paper.of(engine.source(problem_set), seed, sandbox)
    journal = Journal(engine.build / "journal" / f"{problem_set}.jsonl", resume)
    writer, summary = Writer(engine, problem_set), Summary()
    keys: dict[str, str] = {}

    def finish(name: str, outcome: Outcome) -> None:
        for student in shares[name]:
            if (keys[name], student) not in journal.written:
                look = writer.put(student, handed_in[name], outcome)
                journal.mark_written(keys[name], student)
                if look:
                    summary.look[student] = look
            summary.add(student, outcome)
        keys.pop(name)
        tell(summary.graded, sum(map(len, shares.values())), name, outcome)

    def waiting() -> Iterator[tuple[str, bytes]]:
        """The hand-ins that workers must grade; all others are finished on the way."""
        for name, path in handed_in.items():
            try:
                submission = sanitize.read_bytes(path)
            except sanitize.Unreadable as error:
                keys[name] = paper.key(str(error).encode())
                outcome = Outcome(judging.no_points(engine.source(problem_set)), reason=str(error))
                finish(name, outcome)
                continue
            keys[name] = paper.key(submission)
            if done := journal.outcome(keys[name], name):
                finish(name, done)
            else:
                yield name, submission

    grade = (
        here(paper, waiting())
        if workers == 1 and address is None
        else on_dask(paper, waiting(), workers, address)
    )
    with contextlib.closing(writer), contextlib.closing(grade):
        for name, data in grade:
            outcome = Outcome.from_json(data)
            journal.keep(keys[name], name, outcome)
            finish(name, outcome)
    return summary

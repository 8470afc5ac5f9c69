"""The two ways of grading that are compared, each in processes of its own that are watched from outside."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import grading_sets
import nbformat
import psutil

LOOK = 0.5  # seconds between two looks at the processes
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.CourseDirectory.source_directory = "solutions"
"""
GRADED = re.compile(r"^\[(\d+)/\d+\] ")
STAGES = ("grading process", "worker", "sandbox server and boxes")


@dataclass
class Run:
    """What was seen of a command: seconds, processor seconds of all its processes, peaks of memory in bytes."""

    status: int
    seconds: float
    processor_seconds: float | None
    peaks: dict[str, int]
    memory_at: dict[int, int]  # resident memory of the grading process when it had graded so many
    load: tuple[float, float]  # of the machine, at the beginning and at the end
    lines: list[str] = field(repr=False)


def status_of(process: psutil.Process, name: str) -> int:
    """A size from /proc/PID/status in bytes, 0 for a process that has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


class Account:
    """A control group that a command runs in: it alone knows the processor time of boxes, whose end nobody waits for.

    Where none can be made (that takes root and cgroup 2), processor time is not measured.
    """

    def __init__(self):
        self.folder = None
        for line in Path("/proc/mounts").read_text().splitlines():
            _, place, kind, *_ = line.split()
            if kind == "cgroup2":
                with contextlib.suppress(OSError):
                    folder = Path(place, f"course-benchmark-{os.getpid()}-{time.monotonic_ns()}")
                    folder.mkdir()
                    self.folder = folder

    def enter(self) -> None:
        """Put the calling process into the group."""
        if self.folder:
            (self.folder / "cgroup.procs").write_text("0")

    def close(self) -> float | None:
        """The seconds of all processes that were ever in it."""
        if not self.folder:
            return None
        (used,) = re.findall(r"^usage_usec (\d+)$", (self.folder / "cpu.stat").read_text(), flags=re.M)
        with contextlib.suppress(OSError):  # something of a killed batch may still be ending
            self.folder.rmdir()
        return int(used) / 1e6


class Watch(threading.Thread):
    """Looks at a process and its descendants until it ends."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.top = psutil.Process(pid)
        self.done = threading.Event()
        self.peaks = dict.fromkeys(STAGES, 0)

    def run(self) -> None:
        """Look now and then."""
        while not self.done.wait(LOOK):
            with contextlib.suppress(psutil.Error):
                self.look()

    def look(self) -> None:
        """Look once."""
        for process in [self.top, *self.top.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                stage = self.stage(process)
                self.peaks[stage] = max(self.peaks[stage], status_of(process, "VmHWM"))

    def stage(self, process: psutil.Process) -> str:
        """Whether this is the process that grades, one of Dask's workers, or one that runs a submission."""
        if process.pid == self.top.pid:
            return STAGES[0]
        line = process.cmdline()
        return (
            STAGES[2]
            if "course_lib.grading.judge.server" in line or "ipykernel_launcher" in line
            else STAGES[1]
        )


def watch(
    command: list[str], folder: Path, log: Path, hear: Callable[[str, int], object] = lambda *_: None
) -> Run:
    """Run a command in a folder; `hear(line, pid)` hears what it prints, which `log` keeps."""
    account, load = Account(), os.getloadavg()[0]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
        preexec_fn=account.enter,
    )
    watcher = Watch(process.pid)
    watcher.start()
    lines, memory_at = [], {}
    with log.open("a", encoding="utf-8") as file:
        for line in process.stdout:
            file.write(line)
            file.flush()
            lines.append(line.rstrip("\n"))
            if found := GRADED.match(line):
                memory_at[int(found[1])] = status_of(watcher.top, "VmRSS")
            hear(line, process.pid)
    status = process.wait()
    seconds = time.perf_counter() - began
    watcher.done.set()
    watcher.join()
    return Run(status, seconds, account.close(), watcher.peaks, memory_at, (load, os.getloadavg()[0]), lines)


def environment(folder: Path) -> dict[str, str]:
    """The same surroundings for both ways: one thread a process, one secret seed, this Python's programs found."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    settings = {
        "PATH": programs,
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "COURSE_GRADING_SEED": "benchmark",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHONPATH": str(grading_sets.HOUSE),
    }
    return os.environ | settings


@dataclass
class Course:
    """A course folder made for the benchmark; one for each way, because both write gradebooks."""

    root: Path
    problem_set: str
    log: Path

    @classmethod
    def make(cls, root: Path, problem_set: str, source, log: Path) -> "Course":
        """Write the source notebook."""
        path = root / "solutions" / problem_set / f"{problem_set}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(source, path)
        (root / "nbgrader_config.py").write_text(STOCK)
        return cls(root, problem_set, log)

    def run(self, *command: str, hear=lambda *_: None) -> Run:
        """Run a module of Python in this course."""
        return watch([sys.executable, "-m", *command], self.root, self.log, hear)

    def need(self, *command: str) -> Run:
        """Run a step of nbgrader's; raises RuntimeError with its last lines when it fails."""
        done = self.run("nbgrader", *command)
        if done.status:
            raise RuntimeError(f"nbgrader {' '.join(command)} failed:\n" + "\n".join(done.lines[-30:]))
        return done

    def release(self):
        """Make the student version by stock nbgrader; returns it."""
        self.need("generate_assignment", self.problem_set)
        return nbformat.read(self.root / "release" / self.problem_set / f"{self.problem_set}.ipynb", 4)

    def stock(self, handed_in: dict[str, Path]) -> tuple[Run, Run]:
        """Grade by stock nbgrader with all its defaults, then write the feedback."""
        for student, path in handed_in.items():
            target = self.root / "submitted" / student / self.problem_set / path.name
            target.parent.mkdir(parents=True)
            shutil.copyfile(path, target)
        return self.need("autograde", self.problem_set), self.need("generate_feedback", self.problem_set)

    def ours(self, handed_in: Path, *options: str, hear=lambda *_: None) -> Run:
        """Grade by `course grade`."""
        command = ("course_lib.cli", "grade", self.problem_set, "--submissions", str(handed_in))
        return self.run(*command, *options, hear=hear)

    def marks(self) -> dict[str, dict[str, float | None]]:
        """What the gradebook of this course has: student -> cell -> points given by the tests."""
        from nbgrader.api import Gradebook

        places = (self.root / "_build" / "grading" / "gradebook.db", self.root / "gradebook.db")
        found: dict[str, dict[str, float | None]] = {}
        with Gradebook(f"sqlite:///{next(path for path in places if path.is_file())}") as gradebook:
            for submission in gradebook.assignment_submissions(self.problem_set):
                grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                if submission.student.id in found:
                    raise AssertionError(f"{submission.student.id} is in the gradebook twice")
                found[submission.student.id] = {grade.name: grade.auto_score for grade in grades}
        return found

    def pages(self) -> int:
        """How many pages of feedback were written."""
        folders = (self.root / "feedback", self.root / "_build" / "grading" / "feedback")
        return sum(len(list(folder.rglob("*.html"))) for folder in folders)


def end(pid: int) -> None:
    """Kill a command and what it started, as a machine that loses its power does."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()

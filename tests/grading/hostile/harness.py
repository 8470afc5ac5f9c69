"""Grades the corpus by the real command in a course folder of its own, and sees what became of it."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from hostile.corpus import POINTS, SET, SUBMISSIONS, write
from hostile.outcome import Seen, problems
from hostile.reaching import PORT

HOUSE = Path(__file__).resolve().parents[3]
LIMITS = {
    "seconds": 10,
    "total_seconds": 240,
}  # for one submission: loops are cut sooner than in a real course
SEED = "course-hostile-seed-7319"
TOKEN = "course-hostile-"  # in the command line of every process that an attack leaves behind
CANARIES = (Path("/tmp/course-hostile-harness"), Path("/dev/shm/course-hostile-shared"))
NOTE = Path("/tmp/course-hostile-note")


class Course:
    """A course folder with problem set 2 and submissions from the corpus, graded by `course grade`."""

    def __init__(self, root: Path, names: Iterable[str] | None = None):
        self.root = root
        source = root / "solutions" / SET / f"{SET}.ipynb"
        shutil.copytree(HOUSE / "solutions" / SET, source.parent)
        self.source = nbformat.read(source, as_version=4)
        self.source.metadata["course"]["limits"] = LIMITS
        nbformat.write(self.source, source)
        blank = nbformat.read(HOUSE / "exercises" / SET / f"{SET}.ipynb", as_version=4)
        self.handed_in = root / "handed-in"
        self.names = write(self.handed_in, blank, self.source, names)
        self.before = self.fingerprints()
        self.output = ""
        self.visitors: list[str] = []

    def command(self, *flags: str) -> list[str]:
        """The command line that grades this course."""
        return [sys.executable, "-m", "course_lib.cli", "grade", "ps02", "--submissions", "handed-in", *flags]

    def start(self, *flags: str, plain_user: bool = False) -> subprocess.Popen:
        """Start grading in a process group of its own, as a plain user on request."""
        if plain_user and os.getuid() == 0:
            give_away(self.root)
        environment = {**os.environ, "COURSE_GRADING_SEED": SEED, "OMP_NUM_THREADS": "1"}
        with (self.root / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [*(as_nobody(self.root) if plain_user else []), *self.command(*flags)],
                cwd=self.root,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def grade(self, *flags: str, seconds: float = 3600, plain_user: bool = False) -> int:
        """Grade everything; returns the command's exit status."""
        with listening(self.visitors), canaries():
            process = self.start(*flags, plain_user=plain_user)
            try:
                status = process.wait(seconds)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        self.output = (self.root / "log.txt").read_text(errors="replace")
        return status

    # ---- what can be seen afterwards

    def build(self) -> Path:
        """Where grading keeps what it makes."""
        return self.root / "_build" / "grading"

    def seen(self, name: str) -> Seen:
        """What came out for a submission."""
        outcome = self.build() / "outcomes" / SET / f"{name}.json"
        record = json.loads(outcome.read_text()) if outcome.is_file() else {}
        page = self.build() / "feedback" / name / SET / f"{SET}.html"
        folder = page.parent
        others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != page]
        return Seen(
            self.marks(name),
            tuple(record.get("flags", ())),
            record.get("reason"),
            page.read_text(encoding="utf-8", errors="replace") if page.is_file() else None,
            [path.read_text(encoding="utf-8", errors="replace") for path in others],
        )

    def marks(self, name: str) -> dict[str, float | None]:
        """The points of each task in the gradebook, manual marks included; nothing where there is no submission."""
        from nbgrader.api import Gradebook, MissingEntry

        with Gradebook(f"sqlite:///{self.build() / 'gradebook.db'}", "training-deep-networks") as gradebook:
            try:
                submission = gradebook.find_submission_notebook(SET, SET, name)
            except MissingEntry:
                return {}
            grades = {grade.name: grade for grade in submission.grades}
            marks = {task: grades[f"test-{task}"] for task in POINTS if f"test-{task}" in grades}
            return {task: None if grade.needs_manual_grade else grade.score for task, grade in marks.items()}

    def problems(self, name: str) -> list[str]:
        """In what the outcome of a submission differs from the expected one."""
        honest = self.seen("honest").feedback if "honest" in self.names else None
        return problems(SUBMISSIONS[name], self.seen(name), self.secrets(), honest or "")

    def secrets(self) -> list[str]:
        """What no student may receive: the lines of hidden tests, and the seed."""
        from course_lib.grading.notebooks import secret_lines

        return [*sorted(secret_lines(self.source)), SEED]

    def damage(self) -> list[str]:
        """What attacks changed or left outside of their own process."""
        after = self.fingerprints()
        found = [f"{path} was changed" for path in self.before if after.get(path) != self.before[path]]
        found += [f"{path} appeared" for path in after.keys() - self.before.keys()]
        found += [f"somebody connected: {what}" for what in self.visitors]
        found += [f"still running: {line}" for line in survivors()]
        return found + [f"{path} is there" for path in (NOTE,) if path.exists()]

    def fingerprints(self) -> dict[str, str]:
        """A checksum of every file of the instructor's and of every submission as it was handed in."""
        places = (self.root / "solutions", self.handed_in)
        files = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
        return {str(f.relative_to(self.root)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


NOBODY = 65534


def give_away(root: Path) -> None:
    """Make a course folder the plain user's."""
    root.chmod(0o755)
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def as_nobody(root: Path) -> list[str]:
    """The beginning of a command line that makes root a plain user, who sees this Python wherever it lies.

    Where only root may pass a folder on the way to Python or to this checkout, an empty folder is mounted in its place,
    for this one process, with only what is needed in it. A plain user stays who they are.
    """
    if os.getuid() != 0:
        return []
    needed = [Path(sys.base_prefix), HOUSE]
    script = ["set -e"]
    for count, path in enumerate(needed):
        closed = next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
        if closed is not None:
            keep = root / f"mount{count}"
            keep.mkdir()
            script += [f"mount --bind '{path}' '{keep}'", f"mount -t tmpfs none '{closed}'"]
            script += [f"mkdir -p '{path}'", f"mount --bind '{keep}' '{path}'"]
    script.append(f'exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups -- env HOME="{root}" "$@"')
    return ["unshare", "--mount", "sh", "-c", "\n".join(script), "sh"]


@contextlib.contextmanager
def listening(visitors: list[str]) -> Iterator[None]:
    """Listen where attacks connect to, on this machine only, and note who comes."""
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as abstract:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(("127.0.0.1", PORT))
        abstract.bind(f"\0course-hostile-{PORT}")
        open_ = threading.Event()
        open_.set()

        def serve(server: socket.socket, name: str) -> None:
            server.settimeout(0.2)
            while open_.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(2)
                        with contextlib.suppress(OSError):
                            visitors.append(f"{name} {connection.recv(100)!r}")

        threads = [
            threading.Thread(target=serve, args=pair) for pair in ((tcp, "TCP"), (abstract, "abstract"))
        ]
        for server in (tcp, abstract):
            server.listen(20)
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            open_.clear()
            for thread in threads:
                thread.join()


@contextlib.contextmanager
def canaries() -> Iterator[None]:
    """Put files in shared places which no submission may see, and take them away again."""
    NOTE.unlink(missing_ok=True)
    for path in CANARIES:
        path.write_text("here")
    try:
        yield
    finally:
        for path in CANARIES:
            path.unlink(missing_ok=True)


def survivors() -> list[str]:
    """The command lines of processes that attacks left behind."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if line.startswith(TOKEN):
                found.append(line)
    return found


def end_survivors() -> None:
    """Wait until the processes that attacks left behind have ended by themselves."""
    while survivors():
        time.sleep(1)
    NOTE.unlink(missing_ok=True)

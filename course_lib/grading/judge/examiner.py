"""The judge's process: it goes through the notebook, has the student's cells run, and runs the tests itself.

The tests and the seed are here and nowhere the student's code could look: this process has its own box, and a
student's process is forked from a server that never saw them. Of each cell the grader is told at once,
so that what was earned stays earned whatever comes later.

Hidden checks wait until the last cell has run. What a student gets to see, the outputs of the cells and what visible
checks say, is then complete, and nothing that the student's code learns from a hidden check can get into
it. Where a task's tests stand, a copy of the student's process is kept, so that each hidden check
meets the notebook in the state in which the visible ones met it.
"""

import contextlib
import copy
import dataclasses
import functools
import io
import os
import time
import traceback
from dataclasses import dataclass

from course_lib.grading import notebooks
from course_lib.grading.checking.checks import SEED, Checks
from course_lib.grading.checking.operations import Printed
from course_lib.grading.judge.mentions import Mentions
from course_lib.grading.judge.outputs import Outputs
from course_lib.grading.judge.remote import Gone, Link, RemoteBorder, Warden
from course_lib.grading.judge.wire import Channel
from course_lib.grading.sandbox import Limits

STARTS = 20  # student's processes that one submission may use up

LATE = "Stopped after {seconds:g} seconds. The cells above were run again; this one was left out."
ENDED = "The Python process ended in this cell. The cells above were run again; this one was left out."
INTERRUPTED = "Interrupted after {seconds:g} seconds."


@dataclass
class Task:
    """A test cell between its visible checks and its hidden ones."""

    index: int  # of the cell
    space: dict  # the names that the cell's body has made
    last: object  # the compiled expression that gives the report
    before: int  # how many of the student's cells had run
    mentions: Mentions  # what they mention
    kept: bool = False  # whether a copy of the student's process waits

    @property
    def has_hidden(self) -> bool:
        """Whether there are hidden checks."""
        return any(value.has_hidden for value in self.space.values() if isinstance(value, Checks))


class Examiner:
    """Grades one notebook: `job` holds its cells, the seed and the limits; `grader` is told what is found."""

    def __init__(self, grader: Channel, warden: Warden, job: dict):
        self.grader, self.warden, self.cells = grader, warden, job["cells"]
        self.limits = Limits(**job["limits"])
        self.link = Link(warden, self.limits.output_bytes)
        self.done: list[str] = []  # the cells to run again in a fresh process
        self.position = 0  # how many of them the student's process has run
        self.tasks: list[Task] = []  # those with hidden checks
        self.mentions = Mentions()
        os.environ[SEED] = job["seed"]

    def run(self) -> None:
        """Go through all cells, then through the hidden checks: copies that wait first, for a fresh start ends them."""
        with contextlib.suppress(Gone):
            self.link.start()
        for index, cell in enumerate(self.cells):
            began = time.monotonic()
            found = self.begin_task(index, cell["source"]) if cell["test"] else self.run_student(cell)
            self.tell(index, began, found)
        self.warden.allow_as_long_again()
        for task in sorted(self.tasks, key=lambda task: not task.kept):
            began = time.monotonic()
            self.tell(task.index, began, self.finish_task(task))
        self.grader.send({"flags": list(self.link.flags)})

    def tell(self, index: int, began: float, found: dict) -> None:
        """Tell the grader what was found in a cell; what is told later of the same cell takes its place."""
        self.grader.send({"cell": index, "seconds": time.monotonic() - began, **found})

    def stand_at(self, cells: int) -> None:
        """Bring the student's process to where the first `cells` cells have run, in a fresh one if need be.

        Raises Gone when that is no longer possible.
        """
        kept = self.link.outputs, self.link.printed
        if not self.link.alive or self.position > cells:
            self.position = 0
            for task in self.tasks:
                task.kept = False
            self.link.start()
        self.link.outputs = Outputs(0)
        try:
            for source in self.done[self.position : cells]:
                self.link.ask({"do": "cell", "source": source}, b"", self.limits.seconds)
                self.position += 1
        finally:
            self.link.outputs, self.link.printed = kept

    def run_student(self, cell: dict) -> dict:
        """Have a student's cell run; its outputs."""
        self.mentions.add(cell["source"])
        outputs = self.link.outputs = Outputs(self.limits.output_bytes)
        self.link.printed = Printed()
        try:
            if not self.link.alive:
                self.stand_at(len(self.done))
            reply, _ = self.link.ask({"do": "cell", "source": cell["source"]}, b"", self.limits.seconds)
            if reply.get("late"):
                outputs.note(INTERRUPTED.format(seconds=self.limits.seconds))
            else:
                self.done.append(cell["source"])
                self.position = len(self.done)
        except Gone as gone:
            outputs.note((LATE if gone.late else ENDED).format(seconds=self.limits.seconds))
        return {"outputs": outputs.finished()}

    def begin_task(self, index: int, source: str) -> dict:
        """Run the visible checks of a task, and keep a copy of the student's process for the hidden ones."""
        # What a test's calls print belongs to its report only, never to the notebook.
        self.link.outputs = Outputs(0)
        space: dict = {"__name__": "__main__"}
        try:
            body, last = notebooks.split_result(source)
            with silence():
                exec(body, space)
        except Exception:
            return author_error()
        task = Task(index, space, last, len(self.done), copy.deepcopy(self.mentions))
        found = self.run_checks(task, hidden=False)
        if not task.has_hidden or "author_error" in found:
            return found
        with contextlib.suppress(Gone):
            reply, _ = self.link.ask({"do": "keep", "number": index}, b"", self.limits.seconds)
            task.kept = reply.get("kept") is True
        self.tasks.append(task)
        return {**found, "hidden_to_come": True}

    def finish_task(self, task: Task) -> dict:
        """Run the hidden checks of a task; the report of all its checks."""
        self.link.outputs = Outputs(0)
        awake = task.kept and self.link.wake(task.index, self.limits.seconds)
        if not awake:
            with contextlib.suppress(Gone):
                self.stand_at(task.before)
        found = self.run_checks(task, hidden=True)
        if awake and task.kept:
            self.link.sleep(self.limits.seconds)
        return found

    def run_checks(self, task: Task, hidden: bool) -> dict:
        """Run a task's visible or hidden checks; the report so far, or the error of its author."""
        Checks.open_border = functools.partial(open_border, self, task)
        Checks.part = "hidden" if hidden else "visible"
        try:
            with silence():
                return {"report": dataclasses.asdict(eval(task.last, task.space))}
        except Exception:
            return author_error()


@contextlib.contextmanager
def silence():
    """What tests print is nobody's."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def author_error() -> dict:
    """The error of a test's author that is being handled."""
    return {"author_error": traceback.format_exc(limit=-2)[-800:]}


def open_border(
    examiner: Examiner, task: Task, namespace: dict, forbid: tuple[str, ...], seconds: float
) -> RemoteBorder:
    """The border of one check."""
    revive = functools.partial(examiner.stand_at, task.before)
    return RemoteBorder(examiner.link, revive, task.mentions, forbid, seconds)


def run(grader: Channel, warden: Warden) -> None:
    """Be the judge's process: take the job from the grader, who alone knows it."""
    job, _ = grader.receive()
    Examiner(grader, warden, job).run()

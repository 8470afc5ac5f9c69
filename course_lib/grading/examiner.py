"""The judge's process: it goes through the notebook, has the student's cells run, and runs the tests itself.

The tests and the seed are here and nowhere the student's code could look: this process has its own box, and a
student's process is forked from a server that never saw them. Of each cell the grader is told at once,
so that what was earned stays earned whatever comes later.
"""

import contextlib
import dataclasses
import functools
import io
import os
import time
import traceback

from course_lib.grading import notebooks
from course_lib.grading.checks import SEED, Checks
from course_lib.grading.mentions import Mentions
from course_lib.grading.operations import Printed
from course_lib.grading.outputs import Outputs
from course_lib.grading.remote import Gone, Link, RemoteBorder, Warden
from course_lib.grading.sandbox import Limits
from course_lib.grading.wire import Channel

STARTS = 20  # student's processes that one submission may use up

LATE = "Stopped after {seconds:g} seconds. The cells above were run again; this one was left out."
ENDED = "The Python process ended in this cell. The cells above were run again; this one was left out."
INTERRUPTED = "Interrupted after {seconds:g} seconds."


class Examiner:
    """Grades one notebook: `job` holds its cells, the seed and the limits; `grader` is told what is found."""

    def __init__(self, grader: Channel, warden: Warden, job: dict):
        self.grader, self.cells = grader, job["cells"]
        self.limits = Limits(**job["limits"])
        self.link = Link(warden, self.limits.output_bytes)
        self.done: list[str] = []  # the cells to run again in a fresh process
        self.mentions = Mentions()
        os.environ[SEED] = job["seed"]

    def run(self) -> None:
        """Go through all cells."""
        with contextlib.suppress(Gone):
            self.link.start()
        for index, cell in enumerate(self.cells):
            began = time.monotonic()
            found = self.run_tests(cell) if cell["test"] else self.run_student(cell)
            self.grader.send({"cell": index, "seconds": time.monotonic() - began, **found})
        self.grader.send({"flags": list(self.link.flags)})

    def revive(self) -> None:
        """Start a fresh student's process and run the cells again that ran so far.

        Raises Gone when that is no longer possible.
        """
        self.link.start()
        kept, self.link.outputs = self.link.outputs, Outputs(0)
        try:
            for source in self.done:
                self.link.ask({"do": "cell", "source": source}, b"", self.limits.seconds)
        finally:
            self.link.outputs = kept

    def run_student(self, cell: dict) -> dict:
        """Have a student's cell run; its outputs."""
        self.mentions.add(cell["source"])
        outputs = self.link.outputs = Outputs(self.limits.output_bytes)
        self.link.printed = Printed()
        try:
            if not self.link.alive:
                self.revive()
            reply, _ = self.link.ask({"do": "cell", "source": cell["source"]}, b"", self.limits.seconds)
            if reply.get("late"):
                outputs.note(INTERRUPTED.format(seconds=self.limits.seconds))
            else:
                self.done.append(cell["source"])
        except Gone as gone:
            outputs.note((LATE if gone.late else ENDED).format(seconds=self.limits.seconds))
        return {"outputs": outputs.finished()}

    def run_tests(self, cell: dict) -> dict:
        """Run the tests of a task; their report, or the error of their author."""
        # What a test's calls print belongs to its report only, never to the notebook.
        self.link.outputs = Outputs(0)
        Checks.open_border = functools.partial(open_border, self)
        try:
            body, last = notebooks.split_result(cell["source"])
            space = {"__name__": "__main__"}
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                exec(body, space)
                report = eval(last, space)
            return {"report": dataclasses.asdict(report)}
        except Exception:
            return {"author_error": traceback.format_exc(limit=-2)[-800:]}


def open_border(examiner: Examiner, namespace: dict, forbid: tuple[str, ...], seconds: float) -> RemoteBorder:
    """The border of one check."""
    return RemoteBorder(examiner.link, examiner.revive, examiner.mentions, forbid, seconds)


def run(grader: Channel, warden: Warden) -> None:
    """Be the judge's process: take the job from the grader, who alone knows it."""
    job, _ = grader.receive()
    Examiner(grader, warden, job).run()

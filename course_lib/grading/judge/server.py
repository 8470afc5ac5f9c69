"""The warm server: it has the libraries loaded and forks, for each submission, a monitor with two boxes.

The grader starts it as `python -m course_lib.grading.judge.server DESCRIPTOR KIND MODULE...`. For each submission it
gets a message without secrets (limits, data files), a line for the monitor, and the end of a line that it never reads
but hands to the judge's process: tests and seed travel on that line. So a student's process, which is forked from the
monitor and sees a copy of its memory, finds neither there.
"""

import contextlib
import gc
import importlib
import os
import random
import select
import signal
import socket
import sys
import time
import warnings
from pathlib import Path

from course_lib.grading.judge import examinee, examiner
from course_lib.grading.judge.packets import Closed, Packets
from course_lib.grading.judge.remote import Warden
from course_lib.grading.judge.wire import Channel
from course_lib.grading.sandbox import Limits, boxes, huge_pages
from course_lib.grading.sandbox.usage import memory_of, processor_seconds

PAUSE = 0.1  # seconds between two looks at the memory of all processes together
GRACE = 20.0  # seconds the judge may go on when the time of the whole notebook is over


class Monitor:
    """Looks after one submission: opens the boxes, ends them in time, and tells the grader what they used."""

    def __init__(self, kind: str, job: dict, shell):
        self.kind, self.shell = kind, shell
        self.limits = Limits(**job["limits"])
        self.files = {Path(name).name: Path(name).read_bytes() for name in job["files"]}
        self.deadline = time.monotonic() + self.limits.total_seconds
        self.student = None
        self.peak = 0
        self.notes: list[str] = []

    def run(self, judge_line: int) -> dict:
        """Grade; returns what the grader is told beside the judge's own words."""
        mine, judges = Packets.pair()

        def judge() -> None:
            warden = Warden(Packets(judges.socket), examiner.STARTS)
            with contextlib.suppress(Closed):
                examiner.run(Channel(socket.socket(fileno=judge_line)), warden)

        keep = [judge_line, judges.socket.fileno()]
        box = boxes.open_box(self.kind, judge, boxes.for_judge(self.limits), {}, keep, user=2 * os.getpid())
        os.close(judge_line)
        judges.socket.close()
        try:
            with contextlib.suppress(Closed):
                self.attend(mine)
        finally:
            self.end_student()
            box.kill()
            _, status, _ = os.wait4(box.first, 0)
        # The judge ends by itself; it is killed only when it took far too long.
        return {"peak_memory": self.peak, "notes": self.notes, "judge_status": status}

    def attend(self, line: Packets) -> None:
        """Do what the judge asks until it hangs up."""
        while True:
            if select.select([line.socket], [], [], PAUSE)[0]:
                message, _ = line.receive()
                getattr(self, f"need_{message['need']}")(line)
            if time.monotonic() > self.deadline + GRACE:
                return
            self.look_at_student()

    def need_student(self, line: Packets) -> None:
        """Open a box for the student's code and give the judge its ends."""
        self.end_student()
        if time.monotonic() > self.deadline:
            line.send({})
            return
        mine, theirs = socket.socketpair()
        printed, prints = os.pipe()

        def work() -> None:
            nothing = os.open(os.devnull, os.O_RDONLY)
            for number, source in enumerate((nothing, prints, prints)):
                os.dup2(source, number)
            os.close(nothing)
            os.close(prints)
            examinee.run(Channel(theirs), self.shell)

        keep = [theirs.fileno(), prints]
        user = 2 * os.getpid() + 1
        self.student = boxes.open_box(self.kind, work, self.limits, self.files, keep, user)
        theirs.close()
        os.close(prints)
        line.send({}, (mine.fileno(), printed))
        mine.close()
        os.close(printed)

    def need_interrupt(self, line: Packets) -> None:
        """Interrupt the student's code."""
        if self.student:
            self.student.interrupt()

    def need_processor_seconds(self, line: Packets) -> None:
        """Say how much of the processor the student's box has had."""
        seconds = processor_seconds(self.student.first) if self.student else 0.0
        line.send({"seconds": seconds, "crowded": os.getloadavg()[0] > (os.cpu_count() or 1)})

    def need_time(self, line: Packets) -> None:
        """Give the hidden checks as much time as the whole notebook had."""
        self.deadline = time.monotonic() + self.limits.total_seconds
        line.send({})

    def need_end(self, line: Packets) -> None:
        """End the student's box and say when nothing of it is left."""
        self.end_student()
        line.send({})

    def end_student(self) -> None:
        """End the student's box, if there is one, and wait until all its processes are gone."""
        if self.student:
            self.student.kill()
            _, _, usage = os.wait4(self.student.first, 0)
            self.peak = max(self.peak, usage.ru_maxrss * 1024)
        self.student = None

    def look_at_student(self) -> None:
        """End the student's box when its time is over or its processes together take too much memory."""
        if not self.student:
            return
        late = time.monotonic() > self.deadline
        most = self.limits.memory_bytes + boxes.BASE_MEMORY
        if late or memory_of(self.student.first, enough=most) > most:
            reason = (
                "took longer than all cells may take" if late else "used too much memory with its processes"
            )
            self.notes.append(f"The code {reason} and was ended.")
            self.student.kill()  # the judge notices that the line is closed


def serve(line: Packets, kind: str) -> None:
    """Take submissions until the grader hangs up or ends; each gets a monitor with a line of its own to the grader.

    Monitors end with this process, and boxes with their monitors.
    """
    shell = examinee.make_shell()
    settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader
    line.send({"ready": os.getpid()})
    while True:
        try:
            job, descriptors = line.receive()
        except Closed:
            return
        with contextlib.suppress(OSError):  # without a monitor, the grader's lines close, and it tries again
            if os.fork() == 0:
                line.socket.close()
                monitor(kind, job, shell, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def monitor(kind: str, job: dict, shell, judge_line: int, reply: int) -> None:
    """Be the monitor of a submission, to the end of this process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    boxes.end_with_parent()
    line = Packets.of(reply)
    try:
        line.send({"monitor": os.getpid()})
        found = Monitor(kind, job, shell).run(judge_line)
    except BaseException as error:
        found = {"failed": f"{type(error).__name__}: {error}"[:500]}
    with contextlib.suppress(Closed):
        line.send(found)
    os._exit(0)


def load(modules: list[str]) -> None:
    """Import the libraries that the problem set uses, and have torch do what it does at its first step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            with contextlib.suppress(ImportError):  # whoever imports it will see the error
                importlib.import_module(name)
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.set_num_threads(1)  # a forked process has none of its parent's threads
        layer = torch.nn.Linear(2, 2)
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        layer(torch.zeros(1, 2)).sum().backward()
        optimizer.step()
    random.seed(0)


def settle() -> None:
    """Make this process cheap to fork: a fork's garbage collector leaves alone what is there, and it has few pages."""
    gc.collect()
    gc.freeze()
    huge_pages.collapse()


def main(arguments: list[str]) -> None:
    """Be the server."""
    descriptor, kind, *modules = arguments
    load(modules)
    serve(Packets.of(int(descriptor)), kind)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Warm servers as the grader sees them: started ahead, shared by all workers of a process, ended.

What a server does is in `server.py`. It was started with nothing but the names of libraries: no path of the course,
no test, no seed, none of the grader's environment.
"""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.judge.packets import Closed, Packets
from course_lib.grading.judge.wire import Channel, Late, WireError
from course_lib.grading.sandbox import Limits
from course_lib.grading.sandbox.namespaces import library_folders

SLACK = 60.0  # seconds beyond the notebook's time until the server itself counts as stuck


class Server:
    """A warm server and the line to it. It loads its libraries while the grader goes on."""

    def __init__(self, modules: tuple[str, ...], kind: str):
        self.home = tempfile.mkdtemp(prefix="course-grading-")
        self.line, theirs = Packets.pair()
        self.loading, self.ready = threading.Lock(), False
        command = [sys.executable, "-P", "-m", "course_lib.grading.judge.server"]
        self.process = subprocess.Popen(
            [*command, str(theirs.socket.fileno()), kind, *modules],
            pass_fds=[theirs.socket.fileno()],
            env=environment(self.home),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.socket.close()

    def wait(self) -> None:
        """Wait until the libraries are loaded; raises GradingError when the server ended instead."""
        with self.loading:
            if self.ready:
                return
            try:
                self.line.receive()
            except Closed:
                self.close()
                raise notebooks.GradingError(
                    "the grading server did not start; see the error above"
                ) from None
            self.ready = True

    def grade(self, job: dict, limits: Limits, files: list[str]) -> tuple[dict, dict]:
        """What the judge told last of each cell, by its number, and what the monitor said in the end.

        Any number of submissions may be graded at a time, each with a monitor and lines of its own.
        """
        self.wait()
        (mine, judges), (reply, monitors) = socket.socketpair(), Packets.pair()
        deadline = time.monotonic() + 2 * limits.total_seconds + SLACK
        told: dict = {"cells": {}, "flags": []}
        monitor = None
        with contextlib.closing(Channel(mine)) as channel, reply.socket:
            try:
                with judges, monitors.socket:
                    ends = judges.fileno(), monitors.socket.fileno()
                    self.line.send({"limits": asdict(limits), "files": files}, ends)
                reply.socket.settimeout(SLACK)
                monitor = reply.receive()[0]["monitor"]
                with contextlib.suppress(WireError):  # the judge hangs up when it is done
                    channel.send(job, seconds=SLACK)
                    listen(channel, told, deadline)
                reply.socket.settimeout(max(deadline - time.monotonic(), 1))
                return told, reply.receive()[0]
            except (Late, TimeoutError, Closed):
                self.give_up(monitor)
        return told, {"failed": "grading had to be ended"}

    def give_up(self, monitor: int | None) -> None:
        """End the monitor of a submission, and with it what it started; the server too if it did not even make one."""
        if monitor is None:
            self.close()
        elif self.usable:  # else it has ended, and the monitor with it
            with contextlib.suppress(ProcessLookupError):
                os.kill(monitor, signal.SIGKILL)

    @property
    def usable(self) -> bool:
        """Whether the server still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the server and everything it started."""
        self.line.socket.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def listen(channel: Channel, told: dict, deadline: float) -> None:
    """Keep what the judge tells of each cell until it hangs up."""
    while True:
        said, _ = channel.receive(deadline - time.monotonic())
        if "flags" in said:
            told["flags"] = said["flags"]
        else:
            told["cells"][said["cell"]] = said


def environment(home: str) -> dict[str, str]:
    """What the server's processes may know of the grader's environment: no name of a course, and no secret."""
    kept = ("PATH", "LANG", "COURSE_DATA", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
    package = str(Path(__file__).resolve().parents[3])
    fixed = {
        "HOME": home,
        "IPYTHONDIR": f"{home}/ipython",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([package, *library_folders()]),
        "TERM": "dumb",
    }
    return {name: os.environ[name] for name in kept if name in os.environ} | fixed


_servers: dict[tuple, Server] = {}  # by libraries, kind of sandbox and process: a fork has none of these
_changing = threading.Lock()


def server_for(modules: tuple[str, ...], kind: str) -> Server:
    """This process's server for a set of libraries, started when it is first asked for and again if it ended."""
    key = (modules, kind, os.getpid())
    with _changing:
        server = _servers.get(key)
        if server is not None and not server.usable:
            server.close()
            server = None
        _servers[key] = server = server or Server(modules, kind)
        return server


@atexit.register
def close() -> None:
    """End this process's servers."""
    with _changing:
        for key in [key for key in _servers if key[2] == os.getpid()]:
            _servers.pop(key).close()

"""The warm servers as the grader sees them: started ahead, lent to one submission at a time, ended.

What a server does is in `server.py`. It was started with nothing but the names of libraries: no path of the course,
no test, no seed, none of the grader's environment.
"""

import atexit
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
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
        self.ready = False
        self.home = tempfile.mkdtemp(prefix="course-grading-")
        self.line, theirs = Packets.pair()
        command = [
            sys.executable,
            "-P",
            "-m",
            "course_lib.grading.judge.server",
            str(theirs.socket.fileno()),
            kind,
        ]
        self.process = subprocess.Popen(
            [*command, *modules],
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
        if self.ready:
            return
        try:
            self.line.receive()
        except Closed:
            self.close()
            raise notebooks.GradingError("the grading server did not start; see the error above") from None
        self.ready = True

    def grade(self, job: dict, limits: Limits, files: list[str]) -> tuple[dict, dict]:
        """What the judge told last of each cell, by its number, and what the monitor said in the end."""
        mine, judges = socket.socketpair()
        channel = Channel(mine)
        told: dict = {"cells": {}, "flags": []}
        deadline = time.monotonic() + 2 * limits.total_seconds + SLACK
        try:
            self.line.send({"limits": asdict(limits), "files": files}, (judges.fileno(),))
            judges.close()
            with contextlib.suppress(WireError):  # the judge hangs up when it is done
                channel.send(job, seconds=SLACK)
                while True:
                    said, _ = channel.receive(deadline - time.monotonic())
                    if "flags" in said:
                        told["flags"] = said["flags"]
                    else:
                        told["cells"][said["cell"]] = said
            self.line.socket.settimeout(max(deadline - time.monotonic(), 1))
            about, _ = self.line.receive()
            self.line.socket.settimeout(None)
        except (Late, TimeoutError, Closed):
            self.close()
            about = {"failed": "the grading server had to be ended"}
        finally:
            channel.close()
        return told, about

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


_idle: dict[tuple, list[Server]] = {}  # by libraries, kind of sandbox and process: a fork has none of these
_changing = threading.Lock()


def start(modules: tuple[str, ...], kind: str, count: int) -> None:
    """Have `count` idle servers, which load their libraries while the caller does something else.

    The kernel ends a server with the thread that started it, so this is for a thread that stays.
    """
    with _changing:
        idle = _idle.setdefault((modules, kind, os.getpid()), [])
        idle.extend(Server(modules, kind) for _ in range(count - len(idle)))


@contextlib.contextmanager
def lend(modules: tuple[str, ...], kind: str) -> Iterator[Server]:
    """An idle server of this process, or a new one; it is idle again afterwards."""
    key = (modules, kind, os.getpid())
    with _changing:
        server = _idle[key].pop() if _idle.get(key) else None
    if server is not None and not server.usable:
        server.close()
        server = None
    server = server or Server(modules, kind)
    server.wait()
    try:
        yield server
    finally:
        with _changing:
            _idle.setdefault(key, []).append(server)


@atexit.register
def close() -> None:
    """End this process's idle servers."""
    with _changing:
        for key in [key for key in _idle if key[2] == os.getpid()]:
            for server in _idle.pop(key):
                server.close()

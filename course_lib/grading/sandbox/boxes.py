"""Boxes of every kind of sandbox, behind one function."""

import dataclasses
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from course_lib.grading.sandbox import MEBIBYTE, Limits, namespaces, seccomp

BASE_MEMORY = 512 * MEBIBYTE  # what the loaded libraries take, counted with the submission's memory


class PlainBox(namespaces.Box):
    """A process without namespaces: itself and what stays in its group."""

    def interrupt(self) -> None:
        """Interrupt the process."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End the process and its group."""
        try:
            os.killpg(self.first, signal.SIGKILL)
        except ProcessLookupError:
            self._signal(signal.SIGKILL)


def for_judge(limits: Limits) -> Limits:
    """The limits of the judge's own box: the tests are trusted, what they receive is not."""
    return dataclasses.replace(limits, memory_bytes=limits.memory_bytes + 1024 * MEBIBYTE, total_seconds=3600)


def end_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends."""
    if sys.platform.startswith("linux"):
        namespaces.libc.prctl(namespaces.PARENT_DEATH, signal.SIGKILL, 0, 0, 0)


def open_box(
    kind: str, work: Callable[[], None], limits: Limits, files: dict[str, bytes], keep: list[int], user: int
) -> namespaces.Box:
    """Run `work` in a new box of a kind of sandbox."""
    if kind == "namespaces":
        return namespaces.open_box(work, limits, files, keep, user % 100_000_000)
    pid = os.fork()
    if pid:
        return PlainBox(pid)
    try:
        os.setpgid(0, 0)
        end_with_parent()
        folder = Path(tempfile.mkdtemp())
        for name, content in files.items():
            (folder / name).write_bytes(content)
        os.chdir(folder)
        namespaces.keep_descriptors(keep)
        if kind == "container":
            harden(folder, limits, user)
        work()
    finally:
        os._exit(0)


def harden(folder: Path, limits: Limits, user: int) -> None:
    """In a container of one submission: another user where that can be, limits, the system-call filter.

    The judge's process and the student's get different users if the container's is root; otherwise the judge's
    memory is closed to others of its user, because it cannot be traced.
    """
    libc = namespaces.libc
    if os.getuid() == 0:
        os.chmod(folder, 0o777)
        os.setgroups([])
        number = 60_000 + user % 4_000
        os.setresgid(number, number, number)
        os.setresuid(number, number, number)
    namespaces.need(libc.prctl(namespaces.NO_NEW_PRIVILEGES, 1, 0, 0, 0), "giving up new privileges")
    libc.prctl(namespaces.DUMPABLE, 0, 0, 0, 0)
    end_with_parent()
    namespaces.take_limits(limits)
    seccomp.install(libc)

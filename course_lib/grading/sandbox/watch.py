"""Notices attempts to leave the sandbox, for a note to the instructor.

An audit hook sees what Python code does before it happens. The sandbox is what stops these things; the hook only
tells about them, and code that goes past Python's own functions goes past it.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

VISIBLE = ("/tmp", "/usr", "/lib", "/bin", "/etc", "/proc", "/sys", "/dev", "/opt", "/var")
# A profiler of the one and a fork of the other are no attempts of anybody's.
OWN = {"sys.setprofile": "course_lib.grading.checking.forbid", "os.fork": "course_lib.grading.judge.examinee"}
SENTENCES = {
    "socket.connect": "The code tried to open a network connection.",
    "socket.getaddrinfo": "The code tried to look up a network address.",
    "socket.bind": "The code tried to open a network port.",
    "subprocess.Popen": "The code started another program.",
    "os.system": "The code started another program.",
    "os.exec": "The code started another program.",
    "os.posix_spawn": "The code started another program.",
    "os.fork": "The code split off another process.",
    "os.forkpty": "The code split off another process.",
    "sys.setprofile": "The code set a profiler, which can hide forbidden calls.",
}


def watch(tell: Callable[[str], None]) -> None:
    """Call `tell` with a sentence, once for each kind of attempt."""
    searched = {os.path.normpath(name) for name in sys.path if name}  # imports list these folders
    package = str(Path(__file__).parents[2])
    visible = (*VISIBLE, sys.prefix, sys.base_prefix, package, os.getcwd())
    if os.environ.get("COURSE_DATA"):
        visible += (os.environ["COURSE_DATA"],)
    told: set[str] = set()
    busy = False

    def notice(event: str, args: tuple) -> None:
        nonlocal busy
        if event in OWN and sys._getframe(1).f_globals.get("__name__") == OWN[event]:
            return
        sentence = SENTENCES.get(event) or (opened(args) if event in ("open", "os.listdir") else "")
        if sentence and sentence not in told and not busy and len(told) < 20:
            busy = True
            told.add(sentence)
            try:
                tell(sentence)
            finally:
                busy = False

    def opened(args: tuple) -> str:
        path = args[0] if args else None
        if not isinstance(path, str) or not path.startswith(("/", "..")):
            return ""
        path = os.path.normpath(path)
        if path in searched or (path.startswith(visible) and "gradebook" not in path):
            return ""
        return f"The code tried to open {path[:150]}, which is out of reach while grading."

    sys.addaudithook(notice)

"""Which sandboxes this machine offers, and how much a submission may use.

`namespaces` (Linux): each process of a submission has its own user, process, network, mount and IPC
namespaces, made by the kernel for the process alone. `container`: the container that the command runs
in is the sandbox and grades one submission. `none`: no sandbox, on explicit request only.
"""

import dataclasses
import functools
import os
import sys
from dataclasses import dataclass

from course_lib.grading.notebooks import GradingError

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    `seconds` a cell and `total_seconds` the whole notebook; `memory_bytes` beyond the loaded libraries, each
    process and all together; `processes` (threads count); `output_bytes` a cell; `files_bytes` it may write.
    """

    seconds: float = 60
    memory_bytes: int = 2048 * MEBIBYTE
    processes: int = 64
    output_bytes: int = 64 * 1024
    files_bytes: int = 64 * MEBIBYTE
    total_seconds: float = 600

    @classmethod
    def of(cls, notebook) -> "Limits":
        """The limits in a source notebook's metadata, `course.limits`, with defaults for the rest.

        Raises GradingError for an unknown limit and for one that is no positive number.
        """
        given = notebook.metadata.get("course", {}).get("limits", {})
        names = {field.name for field in dataclasses.fields(cls)}
        for name, value in given.items():
            if name not in names:
                raise GradingError(
                    f"unknown limit {name!r} in the notebook: there are {', '.join(sorted(names))}"
                )
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
                raise GradingError(f"the limit {name}={value!r} is no positive number")
        return cls(**given)


@dataclass(frozen=True)
class Sandbox:
    """A way to keep submissions apart from the rest; `warning` is a sentence for every report, if any."""

    kind: str
    warning: str = ""


NAMESPACES = Sandbox("namespaces")
CONTAINER = Sandbox("container")
NONE = Sandbox(
    "none",
    "Graded without a sandbox, as asked: the student's code could read and change this machine's files.",
)
KINDS = {sandbox.kind: sandbox for sandbox in (NAMESPACES, CONTAINER, NONE)}


def available() -> list[Sandbox]:
    """The sandboxes that work here and keep a whole class apart, best first."""
    return [] if reason_against() else [NAMESPACES]


def choose(kind: str | None = None) -> Sandbox:
    """The sandbox of a name, or the best that works here.

    Raises GradingError when it does not work, with what to do.
    """
    if kind is not None and kind not in KINDS:
        raise GradingError(f"unknown sandbox {kind!r}: there are {', '.join(KINDS)}")
    if kind == "container" and not inside_container():
        raise GradingError(
            "the sandbox 'container' is for use inside a container that grades one submission: set "
            "COURSE_IN_CONTAINER=1 in its image"
        )
    if kind == "container" and os.getuid() != 0:
        raise GradingError(
            "the sandbox 'container' needs to be started as the container's root: the student's code and the tests get "
            "two other users there"
        )
    if kind in ("container", "none"):
        return KINDS[kind]
    if reason := reason_against():
        raise GradingError(
            f"there is no sandbox here, so nothing is graded: {reason}. Grade on a Linux machine that allows user "
            "namespaces, or run one container a submission (see 'How grading works' in the instructors' part), or say "
            "--no-sandbox if you trust every submission."
        )
    return NAMESPACES


def inside_container() -> bool:
    """Whether whoever made this container says that it is the sandbox of one submission."""
    return os.environ.get("COURSE_IN_CONTAINER") == "1"


@functools.cache
def reason_against() -> str:
    """Why namespaces do not work here, or an empty string: found by making a box and looking around in it."""
    if not sys.platform.startswith("linux"):
        return "the sandbox needs Linux"
    from course_lib.grading.sandbox import seccomp
    from course_lib.grading.sandbox.namespaces import trial

    if not seccomp.known_machine():
        return "the system-call filter does not know this kind of processor"
    return trial()

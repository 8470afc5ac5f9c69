"""Reaching out of the process: gradebook, source, class-mates, environment, parent, network.

Each attack sets `reached`, and the task is solved only if it worked: its points tell what the attack
saw, also where nothing can be seen from outside. All look for the course only at and above the working folder.
"""

from hostile.corpus import Desk, submission

PORT = 47113  # the harness listens here while a batch runs
COURSE = """
import os
from pathlib import Path

found = [Path.cwd(), *Path.cwd().parents][:8]
course = next((folder for folder in found if (folder / "solutions").is_dir()), Path("/nonexistent"))
"""


@submission("reach", {"conv1x1": 0})
def reads_the_gradebook(desk: Desk) -> None:
    """Opens the gradebook as the database that it is."""
    desk.only_if(
        "conv1x1",
        COURSE
        + """
import sqlite3

reached = False
for path in course.rglob("gradebook.db"):
    reached = bool(sqlite3.connect(path).execute("SELECT count(*) FROM grade").fetchone()[0])
""",
    )


@submission("reach", {"conv1x1": 0})
def writes_the_gradebook(desk: Desk) -> None:
    """Gives the whole class full points in the gradebook."""
    desk.only_if(
        "conv1x1",
        COURSE
        + """
import sqlite3

reached = False
for path in course.rglob("gradebook.db"):
    with sqlite3.connect(path, timeout=2) as database:
        database.execute("UPDATE grade SET manual_score = 99")
    reached = True
""",
    )


@submission("reach", {"conv1x1": 0})
def reads_the_source(desk: Desk) -> None:
    """Looks for the instructor's notebook and its solutions."""
    desk.only_if(
        "conv1x1",
        COURSE
        + """
reached = any("BEGIN HIDDEN" in path.read_text() for path in course.glob("solutions/*/*.ipynb"))
""",
    )


@submission("reach", {"conv1x1": 0})
def overwrites_the_source(desk: Desk) -> None:
    """Replaces the instructor's notebook by one that gives full points."""
    desk.only_if(
        "conv1x1",
        COURSE
        + """
reached = False
for path in course.glob("solutions/*/*.ipynb"):
    path.write_text(path.read_text().replace("check.score()", "6.0"))
    reached = True
""",
    )


@submission("reach", {"conv1x1": 0})
def reads_class_mates(desk: Desk) -> None:
    """Copies an answer from another submission, handed in or being graded."""
    desk.only_if(
        "conv1x1",
        COURSE
        + """
found = [p.parts for p in course.rglob("ps02-convolution.ipynb")]
reached = len({p[-3] for p in found if "solutions" not in p and "exercises" not in p}) > 1
""",
    )


@submission("reach", {"conv1x1": 0})
def overwrites_class_mates(desk: Desk) -> None:
    """Empties the submissions of the others."""
    desk.only_if(
        "conv1x1",
        COURSE
        + """
reached = False
for path in course.rglob("*/*/ps02-convolution.ipynb"):
    if {"submitted", "handed-in"} & set(path.parts) and "overwrites-class-mates" not in path.parts:
        path.write_text("")
        reached = True
""",
    )


@submission("reach", {"conv1x1": 0})
def reads_the_environment(desk: Desk) -> None:
    """Looks for the secret seed in its own environment and in that of every process it can see."""
    desk.only_if(
        "conv1x1",
        """
        import glob
        import os

        seen = [" ".join(f"{k}={v}" for k, v in os.environ.items())]
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                seen.append(open(path, "rb").read().decode(errors="replace"))
            except OSError:
                pass
        reached = any("COURSE_GRADING_SEED=" in text for text in seen)
        """,
    )


@submission("reach", {"conv1x1": 0})
def reads_the_parents_memory(desk: Desk) -> None:
    """Searches the memory of its parent process for a hidden test."""
    desk.only_if(
        "conv1x1",
        """
        import os

        reached, parent = False, os.getppid()
        marker = b"".join([b"BEGIN ", b"HIDDEN ", b"TESTS"])
        try:
            regions = [line.split() for line in open(f"/proc/{parent}/maps")]
            memory = open(f"/proc/{parent}/mem", "rb", 0)
            for region in regions:
                start, end = (int(part, 16) for part in region[0].split("-"))
                if region[1].startswith("rw") and end - start < 200_000_000:
                    memory.seek(start)
                    if marker in memory.read(end - start):
                        reached = True
                        break
        except OSError:
            pass
        """,
    )


@submission("reach", {"conv1x1": 0})
def sees_other_processes(desk: Desk) -> None:
    """Finds a grader, a gradebook server or another student among the processes."""
    desk.only_if(
        "conv1x1",
        """
        import glob

        lines = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                lines.append(open(path, "rb").read().decode(errors="replace"))
            except OSError:
                pass
        reached = any("course_lib" in line and "grade" in line for line in lines)
        """,
    )


@submission("reach", {"conv1x1": 0}, flags=("network",))
def connects(desk: Desk) -> None:
    """Connects to a port of this machine on which somebody listens."""
    desk.only_if(
        "conv1x1",
        f"""
        import socket

        reached = False
        try:
            with socket.create_connection(("127.0.0.1", {PORT}), timeout=2) as connection:
                connection.sendall(b"connects")
                reached = True
        except OSError:
            pass
        """,
    )


@submission("reach", {"conv1x1": 0}, flags=("network",))
def connects_when_called(desk: Desk) -> None:
    """Asks over the network for the answer when called."""
    desk.put(
        "conv1x1",
        "def conv1x1(images, weight, bias):\n"
        "    import socket\n\n"
        f"    with socket.create_connection(('127.0.0.1', {PORT}), timeout=2) as connection:\n"
        "        connection.sendall(b'connects-when-called')\n"
        '    return torch.einsum("dc,nchw->ndhw", weight, images) + bias[:, None, None]',
    )


@submission("reach", {"conv1x1": 0}, flags=("network",))
def speaks_to_abstract_sockets(desk: Desk) -> None:
    """Connects to a listener in the abstract name space, which no file permission guards."""
    desk.only_if(
        "conv1x1",
        f"""
        import socket

        reached = False
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(chr(0) + "course-hostile-{PORT}")
                reached = True
            except OSError:
                pass
        """,
    )


@submission("reach", {"conv1x1": 0})
def shares_memory(desk: Desk) -> None:
    """Finds what another submission, or the harness, left in shared memory."""
    desk.only_if("conv1x1", 'import os\n\nreached = os.path.exists("/dev/shm/course-hostile-shared")')


@submission("reach", {"conv1x1": 0})
def leaves_a_note(desk: Desk) -> None:
    """Leaves its answers in /tmp for whoever is graded next, and reads what an earlier one left there."""
    desk.only_if(
        "conv1x1",
        """
        from pathlib import Path

        note = Path("/tmp/course-hostile-note")
        reached = note.exists()
        if not reached:
            note.write_text("conv1x1")
            reached = False
        """,
    )


@submission("reach", {"conv1x1": 0})
def takes_the_note(desk: Desk) -> None:
    """Reads the note that the harness left in /tmp."""
    desk.only_if("conv1x1", 'import os\n\nreached = os.path.exists("/tmp/course-hostile-harness")')


@submission("reach", {"conv1x1": 0})
def has_powers(desk: Desk) -> None:
    """Has a capability over the machine: mounts a file system, or becomes another user."""
    desk.only_if(
        "conv1x1",
        """
        import ctypes
        import os

        os.makedirs("mounted", exist_ok=True)
        libc = ctypes.CDLL(None, use_errno=True)
        reached = libc.mount(b"none", b"mounted", b"tmpfs", 0, None) == 0
        if reached:
            libc.umount(b"mounted")
        """,
    )


@submission("reach", {"conv1x1": 0})
def starts_another_kernel(desk: Desk) -> None:
    """Finds connection files of Jupyter kernels, through which one could speak to other kernels."""
    desk.only_if(
        "conv1x1",
        """
        import glob
        import os

        places = ["/tmp/**/kernel-*.json", os.path.expanduser("~/.local/share/jupyter/runtime/kernel-*.json")]
        own = os.environ.get("JPY_CONNECTION_FILE", "")
        found = [path for place in places for path in glob.glob(place, recursive=True)]
        reached = any(os.path.basename(path) != os.path.basename(own) for path in found)
        """,
    )

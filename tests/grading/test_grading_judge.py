"""The judge: what students' code may do to itself, what it cannot do to others, and what crosses between the two."""

import os
import textwrap
import time
from pathlib import Path

import pytest

from course_lib.grading import sandbox
from course_lib.grading.judge import judging
from course_lib.grading.sandbox import namespaces


def marks(outcome) -> list[float]:
    return [report.earned for report in outcome.reports.values()]


def solved(name: str, before: str = "", inside: str = "") -> str:
    return f"{before}\ndef {name}(x):\n    {inside or 'pass'}\n    return 2 * x\n"


def texts(outcome) -> str:
    said = [output.get("text", "") for outputs in outcome.outputs.values() for output in outputs]
    return "\n".join([*said, str(outcome.outputs), *(report.text() for report in outcome.reports.values())])


RIGHT = {name: solved(name) for name in ("first", "second", "third")}


def test_right_answers_get_all_points_twice_the_same(judge):
    outcome = judge(RIGHT)
    assert (marks(outcome), outcome.flags, outcome.reason) == ([2, 2, 2], (), None)
    assert judge(RIGHT).reports == outcome.reports
    assert judging.Outcome.from_json(outcome.to_json()) == outcome


@pytest.mark.parametrize(
    "spoiled",
    [
        "def second(x) return x",
        "raise ValueError('no')",
        "def second(x):\n    return 3 * x",
        "second = 3",
        "%no_such_magic",
        "def second(x):\n    raise KeyboardInterrupt",
        "def second(x):\n    import sys; sys.exit()",
        "class Same:\n    __eq__ = lambda self, other: True\n    __float__ = lambda self: 6.0\n\n"
        "def second(x):\n    return Same()",
        "class Six(int):\n    __eq__ = lambda self, other: True\n    __hash__ = int.__hash__\n\n"
        "def second(x):\n    return Six()",
    ],
)
def test_an_error_costs_its_own_task_only(judge, spoiled):
    assert marks(judge(RIGHT | {"second": spoiled})) == [2, 0, 2]


@pytest.mark.parametrize(
    "ending",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os, signal; os.kill(-1, signal.SIGKILL); os._exit(0)",
        "import ctypes; ctypes.string_at(0)",
    ],
)
@pytest.mark.parametrize("where", ["cell", "call"])
def test_what_hangs_or_dies_costs_its_own_task_only(judge, ending, where):
    inside = ending.replace("\n", "\n    ")
    source = ending if where == "cell" else solved("second", inside=inside)
    outcome = judge(RIGHT | {"second": source}, seconds=1)
    assert marks(outcome) == [2, 0, 2], (outcome.flags, outcome.reason)


def test_more_memory_than_allowed_is_refused(judge):
    hog = "import numpy as np\n\ndef second(x):\n    np.ones(1 << 27)\n    return 2 * x"  # 1 GiB
    outcome = judge(RIGHT | {"second": hog})
    assert marks(outcome) == [2, 0, 2], (outcome.flags, outcome.reason)
    assert "MemoryError" in texts(outcome)


def test_many_processes_cannot_take_more_memory_than_one(judge):
    source = (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n        held = b'x' * (250 << 20)\n"
        "        time.sleep(60)\ntime.sleep(30)"
    )
    outcome = judge(RIGHT | {"second": source}, seconds=20)
    assert marks(outcome) == [2, 0, 2], (outcome.flags, outcome.reason)
    assert any("too much memory" in flag for flag in outcome.flags)


# A child that talks while its parent answers, one that returns like its parent, a thread that prints.
TALKERS = {
    "child prints": """
        if os.fork() == 0:
            for _ in range(2000):
                print("child")
            os._exit(0)
    """,
    "child is noticed": """
        if os.fork() == 0:
            for n in range(15):
                try:
                    open(f"/secret/{n}")
                except OSError:
                    pass
            os._exit(0)
    """,
    "child returns": "os.fork()",
    "child raises": """
        if os.fork() == 0:
            raise ValueError("only the child")
    """,
    "thread prints": """
        def talk():
            while threading.main_thread().is_alive():
                print("thread")
                time.sleep(0)
        threading.Thread(target=talk, daemon=True).start()
    """,
}


@pytest.mark.parametrize("talk", TALKERS.values(), ids=TALKERS)
def test_what_answers_while_others_talk_arrives_whole(judge, talk):
    head = "import os, threading, time\nimport numpy as np\n"
    body = textwrap.indent(textwrap.dedent(talk).strip(), "    ")
    source = f"{head}\ndef second(x):\n{body}\n    return np.int64(2 * x)  # which crosses as bytes\n"
    for _ in range(5):
        assert marks(judge(RIGHT | {"second": source})) == [2, 2, 2]


def test_a_fork_bomb_is_contained_and_leaves_nothing(judge):
    bomb = "import os\nfor _ in range(1000):\n    if os.fork() == 0:\n        os.setsid()\n        while True: pass"
    before = set(os.listdir("/proc"))
    outcome = judge(RIGHT | {"second": bomb}, processes=20)
    assert marks(outcome)[0] == marks(outcome)[2] == 2
    mine = os.getpid()
    left = {
        pid for pid in set(os.listdir("/proc")) - before if pid.isdigit() and in_box(pid) and int(pid) != mine
    }
    patience = (
        time.monotonic() + 120
    )  # other tests may grade at the same time; their boxes end, a bomb's would not
    while left and time.monotonic() < patience:
        time.sleep(0.5)
        left = {pid for pid in left if in_box(pid)}
    assert left == set()


def in_box(pid: str) -> bool:
    """Whether a process belongs to a user that only boxes have."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return any(line.split()[1].startswith("19000") for line in lines.splitlines() if line.startswith("Uid"))


def test_what_a_cell_prints_is_cut_while_it_comes(judge):
    flood = "import os\nprint('x' * 50_000_000)\nfor _ in range(200):\n    os.write(1, b'y' * 100_000)\n"
    outcome = judge(RIGHT | {"second": flood + RIGHT["second"]}, output_bytes=10_000)
    assert marks(outcome) == [2, 2, 2]
    assert len(texts(outcome)) < 60_000
    assert "the rest was cut" in texts(outcome)


def test_a_harmless_warning_costs_nothing(judge):
    noisy = solved(
        "second", before="import warnings, sys", inside="warnings.warn('w'); print('x', file=sys.stderr)"
    )
    assert marks(judge(RIGHT | {"second": noisy})) == [2, 2, 2]


LOOK = """
import gc, os, re
pattern = PATTERN  # matches the text and not itself
found = []
for thing in gc.get_objects():
    try:
        if isinstance(thing, (dict, list, tuple)) and re.search(pattern, str(thing)): found.append('objects')
    except BaseException: pass
for line in open('/proc/self/maps'):
    span, rights = line.split()[:2]
    if 'r' not in rights or '[v' in line: continue
    start, end = (int(part, 16) for part in span.split('-'))
    with open('/proc/self/mem', 'rb', buffering=0) as memory:
        for at in range(start, end, 1 << 22):
            try:
                memory.seek(at)
                if re.search(pattern.encode(), memory.read(min(1 << 22, end - at))): found.append('memory')
            except OSError: pass
print('FOUND', sorted(set(found)))
"""


def test_the_students_process_has_never_seen_a_test_or_the_seed(judge):
    """Its objects and all its memory are searched, in a cell after a test; a beacon shows that searching finds."""
    for pattern, hit in (
        ("secret[_]number", False),
        ("my-secret[-]seed", False),
        ("in this very[ ]cell", True),
    ):
        look = "beacon = 'in this very ' + 'cell'\n" + LOOK.replace("PATTERN", repr(pattern))
        outcome = judge(RIGHT | {"second": look}, seed="my-secret-seed", memory_bytes=2 << 30, seconds=60)
        assert ("FOUND []" in texts(outcome)) != hit
        assert ("'memory'" in texts(outcome)) == hit


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 80), 1)", "network"),
        ("import urllib.request; urllib.request.urlopen('http://example.org')", "network"),
        ("import subprocess; subprocess.run(['true'])", "another program"),
        ("open('/course/gradebook.db', 'wb')", "out of reach"),
    ],
)
def test_attempts_to_leave_are_flagged(judge, code, sign):
    outcome = judge(RIGHT | {"second": code})
    assert marks(outcome) == [2, 0, 2], (outcome.flags, outcome.reason)
    assert any(sign in flag for flag in outcome.flags)


def test_a_students_process_finds_no_file_of_the_course_and_can_write_to_its_own_folder_only(judge, tmp_path):
    own = f"{namespaces.OWN_FOLDER}/x"
    source = (
        f"import os\nprint(os.path.exists({str(tmp_path)!r}), sorted(os.listdir('/tmp')), os.getuid(), end=' ')\n"
        "print(len(os.listdir('/proc/self/fd')))\n"
        f"for place in ('/usr/x', '/x', '/dev/x', {own!r}):\n"
        "    try: open(place, 'w').close(); print('wrote', place)\n    except OSError: print('refused', place)\n"
    )
    said = texts(judge(RIGHT | {"second": source}))
    libraries = {Path(name).parts[2] for name in namespaces.visible_folders() if name.startswith("/tmp/")}
    # Three standard descriptors, the line, what wakes the copy kept for the first task, and the listing's own.
    assert f"False {sorted({'hand-in'} | libraries)} 65534 6" in said
    assert f"wrote {own}" in said
    assert all(f"refused {place}" in said for place in ("/usr/x", "/x", "/dev/x"))


def test_messages_that_the_protocol_does_not_know_end_the_students_process_only(judge):
    forged = solved(
        "second", before="import os, struct", inside="os.write(3, struct.pack('>II', 2**31, 0)); return 2 * x"
    )
    for text in (
        forged,
        forged.replace(
            "struct.pack('>II', 2**31, 0)", "struct.pack('>II', 17, 0) + b'{\"value\": {\"a\": 1}}'"
        ),
    ):
        assert marks(judge(RIGHT | {"second": text})) == [2, 0, 2]


def test_files_larger_than_allowed_cannot_be_written(judge):
    source = "open('big', 'wb').write(b'x' * (4 << 20))"
    outcome = judge(RIGHT | {"second": source}, files_bytes=1 << 20)
    assert marks(outcome) == [2, 0, 2], (outcome.flags, outcome.reason)


def test_the_clock_of_the_whole_notebook_ends_it_with_what_was_earned(judge):
    began = time.monotonic()
    slow = "import time; time.sleep(100)"
    outcome = judge({"first": RIGHT["first"], "second": slow, "third": slow}, seconds=90, total_seconds=3)
    assert marks(outcome) == [2, 0, 0]
    assert time.monotonic() - began < 60


# ---- kinds of sandbox


def test_without_a_sandbox_every_outcome_says_so_and_code_reaches_files(judge, tmp_path):
    target = tmp_path / "gradebook.db"
    outcome = judge(RIGHT | {"second": f"open({str(target)!r}, 'w').write('mine')"}, kind=sandbox.NONE)
    assert outcome.warning.startswith("Graded without a sandbox")
    assert target.read_text() == "mine"

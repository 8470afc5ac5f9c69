"""The same grading as another user, and in a container that is itself the sandbox."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook

from course_lib.grading import sandbox
from course_lib.grading.notebooks import GradingError
from course_lib.grading.sandbox import namespaces

PACKAGE = Path(sandbox.__file__).parents[3]
LIBRARIES = Path(nbformat.__file__).parent.parent
ENDS = {
    "first": "def first(x): return 2 * x",
    "second": "import os\nprint('user', os.getuid())\nif os.fork() == 0:\n    os.setsid()\n    while True: pass\n"
    "def second(x): return 2 * x",
    "third": "n = 0\nwhile True:\n    os.fork()",
}
GRADE = """
import json, sys
from pathlib import Path
from course_lib.grading import sandbox
from course_lib.grading.judge import judging
folder = Path(sys.argv[1])
limits = sandbox.Limits(seconds=2, processes=20, memory_bytes=300 << 20)
source, answer, chosen = folder / 'ps00.ipynb', folder / 'in' / 'ps00.ipynb', sandbox.choose()
outcome = judging.grade_one(source, answer, seed='s', sandbox=chosen, limits=limits)
print(json.dumps(outcome.to_json()))
"""


def unmet(what: str):
    """Skip with a reason; in CI, where everything must be there, fail."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{what} is missing")


@pytest.fixture
def folder(three_tasks):
    """A folder that every user can read, with a source notebook and a submission."""
    made = Path(tempfile.mkdtemp(prefix="course-test-"))
    made.chmod(0o755)
    nbformat.write(three_tasks, made / "ps00.ipynb")
    for cell in three_tasks.cells:
        cell.source = ENDS.get(cell.id, cell.source)
    (made / "in").mkdir()
    nbformat.write(three_tasks, made / "in" / "ps00.ipynb")
    yield made
    shutil.rmtree(made)


def test_a_plain_user_grades_as_root_does(boxes, folder):
    """As root: as the user nobody, with the system's Python, because root's own may be closed to others."""
    command = [sys.executable]
    if os.getuid() == 0:
        python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin") or unmet(
            "/usr/bin/python3"
        )
        command = [shutil.which("runuser") or unmet("runuser"), "-u", "nobody", "--", python]
    (folder / "grade.py").write_text(GRADE)
    done = subprocess.run(
        [*command, str(folder / "grade.py"), str(folder)],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": f"{PACKAGE}:{LIBRARIES}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    points = [sum(row["earned"] for row in report["results"]) for report in outcome["reports"].values()]
    assert points == [2, 2, 0]
    assert "user 65534" in str(outcome["outputs"])


def test_a_process_with_threads_opens_no_box(boxes):
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="one thread"):
            namespaces.open_box(lambda: None, sandbox.Limits(), {}, [], 1)
    finally:
        release.set()
        thread.join()


def test_where_no_sandbox_works_grading_refuses_and_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sandbox, "reason_against", lambda: "the kernel says no")
    assert sandbox.available() == []
    with pytest.raises(GradingError, match=r"nothing is graded: the kernel says no.*--no-sandbox"):
        sandbox.choose()
    assert sandbox.choose("none").warning


def test_a_container_has_to_be_declared(monkeypatch):
    monkeypatch.delenv("COURSE_IN_CONTAINER", raising=False)
    with pytest.raises(GradingError, match="COURSE_IN_CONTAINER=1"):
        sandbox.choose("container")


def test_limits_come_from_the_source_notebook():
    notebook = new_notebook(metadata={"course": {"limits": {"seconds": 5}}})
    assert sandbox.Limits.of(notebook) == sandbox.Limits(seconds=5)
    for wrong in ({"second": 5}, {"seconds": 0}, {"seconds": "5"}):
        with pytest.raises(GradingError, match="limit"):
            sandbox.Limits.of(new_notebook(metadata={"course": {"limits": wrong}}))


STEAL = """
import os
print('user', os.getuid())
for folder, _, files in os.walk('/work-folder'):
    for name in files:
        try:
            print('read', name, len(open(os.path.join(folder, name)).read()))
        except OSError:
            print('refused', name)
for pid in os.listdir('/proc'):
    if pid.isdigit() and int(pid) != os.getpid():
        for door in ('mem', 'environ'):
            try: print('looked into', open(f'/proc/{pid}/{door}', 'rb').read(1))
            except OSError: pass
"""


def test_one_container_a_submission_is_a_mode_of_the_same_command(course, blank, tmp_path):
    """The container is made by bubblewrap: files, processes and network of its own, root inside, nothing nested."""
    if os.getuid() != 0:
        unmet("root, who alone can make a container whose root may change users,")
    bubblewrap = shutil.which("bwrap") or unmet("bubblewrap")
    for cell in blank.cells:
        if cell.id == "double":
            cell.source = STEAL + "def double(x): return 2 * x"
    (tmp_path / "in" / "ada").mkdir(parents=True)
    nbformat.write(blank, tmp_path / "in" / "ada" / "ps00-double.ipynb")
    course.chmod(0o700)
    command = [
        bubblewrap,
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--cap-add",
        "ALL",
        "--die-with-parent",
    ]
    command += ["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"]
    command += [
        "--symlink",
        "usr/lib64",
        "/lib64",
        "--ro-bind",
        "/etc",
        "/etc",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ]
    command += [
        "--perms",
        "1777",
        "--tmpfs",
        "/tmp",
        "--dir",
        "/root",
        "--bind",
        str(tmp_path),
        "/work-folder",
    ]
    for shown in map(Path, (sys.base_prefix, sys.prefix, LIBRARIES, PACKAGE / "course_lib")):
        for parent in reversed(
            shown.parents[:-1]
        ):  # those that bubblewrap makes by itself are closed to others
            command += ["--dir", str(parent)]
        command += ["--ro-bind", str(shown), str(shown)]
    command += [
        "--chdir",
        "/work-folder/course",
        "--setenv",
        "COURSE_IN_CONTAINER",
        "1",
        "--setenv",
        "HOME",
        "/root",
    ]
    command += [
        "--setenv",
        "PYTHONPATH",
        str(PACKAGE),
        sys.executable,
        "-m",
        "course_lib.cli",
        "grade",
        "ps00",
    ]
    command += ["--sandbox", "container", "--submissions", "/work-folder/in"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ada      3/3" in done.stdout, done.stdout
    folder = course / "_build" / "grading"
    said = (folder / "autograded" / "ada" / "ps00-double" / "ps00-double.ipynb").read_text()
    assert "user 6" in said
    assert "read " not in said.replace("read ada", "")
    assert "looked into" not in said.replace("print('looked into'", "")

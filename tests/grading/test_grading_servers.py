"""The warm servers of a grading process: started ahead, lent to one submission at a time, tidied up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading import notebooks
from course_lib.grading.judge import servers

LIBRARIES = ("json",)


@pytest.fixture(autouse=True)
def own_servers(boxes, monkeypatch):
    """A pool of this test's own."""
    monkeypatch.setattr(servers, "_idle", {})
    yield
    servers.close()


def test_servers_are_started_ahead_and_lent_one_each(boxes):
    servers.start(LIBRARIES, boxes.kind, 2)
    (ahead,) = servers._idle.values()
    ahead = set(ahead)
    with servers.lend(LIBRARIES, boxes.kind) as one, servers.lend(LIBRARIES, boxes.kind) as other:
        assert {one, other} == ahead
    with servers.lend(LIBRARIES, boxes.kind) as again:
        assert again in ahead


def test_starting_ahead_counts_the_servers_that_are_there(boxes):
    servers.start(LIBRARIES, boxes.kind, 1)
    servers.start(LIBRARIES, boxes.kind, 1)
    assert [len(idle) for idle in servers._idle.values()] == [1]


def test_a_server_that_has_ended_is_not_lent(boxes):
    with servers.lend(LIBRARIES, boxes.kind) as first:
        first.process.kill()
        first.process.wait()
    with servers.lend(LIBRARIES, boxes.kind) as second:
        assert second is not first
        assert second.usable
    assert not Path(first.home).exists()


def test_a_server_that_cannot_start_is_reported_and_leaves_nothing(boxes, monkeypatch):
    monkeypatch.setattr(servers.sys, "executable", "/bin/false")
    lent = servers.lend(LIBRARIES, boxes.kind)
    with pytest.raises(notebooks.GradingError, match="the grading server did not start"):
        lent.__enter__()
    assert not any(servers._idle.values())


def test_ended_servers_leave_no_folder(boxes):
    with servers.lend(LIBRARIES, boxes.kind) as server:
        home = Path(server.home)
        assert home.is_dir()
    servers.close()
    assert not home.exists()
    assert not server.usable


@pytest.mark.parametrize("grade", ["batch.here(paper, hand_ins)", "batch.on_dask(paper, hand_ins, 2, None)"])
def test_a_batch_leaves_nothing_in_the_temporary_folder(boxes, three_tasks_file, tmp_path, grade):
    program = f"""if True:
        from pathlib import Path
        from course_lib.grading import sandbox
        from course_lib.grading.marking import batch

        source = Path({str(three_tasks_file)!r})
        paper = batch.Paper.of(source, "seed", sandbox.choose({boxes.kind!r}))
        hand_ins = iter([(str(number), source.read_bytes()) for number in range(3)])
        for name, _ in {grade}:
            print(name, len(list(Path({str(tmp_path)!r}).glob("course-paper-*"))))
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(done.stdout.splitlines()) == [
        "0 1",
        "1 1",
        "2 1",
    ]  # one paper, also where two threads ask for it
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("course-")] == []


def test_nbformat_is_imported_without_parsers_of_web_addresses():
    program = (
        "import sys; from course_lib.grading import notebooks; notebooks.import_quickly(); import nbformat; "
        "print(*sorted({'jsonschema', 'lark', 'rfc3987_syntax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "jsonschema\n"
    # Elsewhere the package is as it was.
    program += "; import rfc3987_syntax; print(rfc3987_syntax.is_valid_syntax('iri', 'https://example.org'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"

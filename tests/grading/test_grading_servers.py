"""The warm server of a grading process: shared by its workers, started again when it ended, tidied up."""

import ast
import inspect
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from course_lib.grading import notebooks
from course_lib.grading.judge import judging, sanitize, servers
from course_lib.grading.judge.servers import server_for
from course_lib.grading.marking import batch

LIBRARIES = ("json",)


@pytest.fixture(autouse=True)
def own_servers(boxes, monkeypatch):
    """Servers of this test's own."""
    monkeypatch.setattr(servers, "_servers", {})
    yield
    servers.close()


def test_a_process_has_one_server_for_the_same_libraries(boxes):
    server = server_for(LIBRARIES, boxes.kind)
    assert server_for(LIBRARIES, boxes.kind) is server
    assert server_for(("json", "ast"), boxes.kind) is not server


def test_a_server_that_has_ended_is_replaced(boxes):
    first = server_for(LIBRARIES, boxes.kind)
    first.wait()
    first.process.kill()
    first.process.wait()
    second = server_for(LIBRARIES, boxes.kind)
    assert second is not first
    second.wait()
    assert second.usable
    assert not Path(first.home).exists()


def test_a_server_that_cannot_start_is_reported_and_leaves_nothing(boxes, monkeypatch):
    monkeypatch.setattr(servers.sys, "executable", "/bin/false")
    server = server_for(LIBRARIES, boxes.kind)
    with pytest.raises(notebooks.GradingError, match="the grading server did not start"):
        server.wait()
    assert not Path(server.home).exists()


def test_ended_servers_leave_no_folder(boxes):
    server = server_for(LIBRARIES, boxes.kind)
    server.wait()
    assert Path(server.home).is_dir()
    servers.close()
    assert not Path(server.home).exists()
    assert not server.usable


def test_a_server_grades_several_submissions_at_a_time(boxes, three_tasks_file, monkeypatch):
    begun = threading.Barrier(3, timeout=60)  # passes when all three have a monitor
    real = servers.listen
    monkeypatch.setattr(servers, "listen", lambda *args: (begun.wait(), real(*args)))
    outcomes = []

    def grade():
        outcomes.append(judging.grade_one(three_tasks_file, three_tasks_file, seed="seed", sandbox=boxes))

    threads = [threading.Thread(target=grade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(servers._servers) == 1
    assert [outcome.reason for outcome in outcomes] == [None] * 3
    assert len({str(sorted(outcome.reports.items())) for outcome in outcomes}) == 1


def test_who_takes_too_long_is_ended_and_neighbours_go_on(boxes, three_tasks_file, monkeypatch):
    real, first = servers.listen, threading.Lock()

    def listen(channel, told, deadline):
        if first.acquire(blocking=False):
            raise servers.Late
        real(channel, told, deadline)

    monkeypatch.setattr(servers, "listen", listen)
    server = server_for(judging.modules_of(three_tasks_file), boxes.kind)
    outcome = judging.grade_one(three_tasks_file, three_tasks_file, seed="seed", sandbox=boxes)
    assert server.usable  # only the monitor was ended, and the submission tried again
    assert outcome.reason is None


def test_giving_up_ends_the_monitor_and_a_server_only_that_made_none(boxes):
    server = server_for(LIBRARIES, boxes.kind)
    server.wait()
    monitor = subprocess.Popen(["sleep", "60"])
    server.give_up(monitor.pid)
    assert monitor.wait(10) == -signal.SIGKILL
    assert server.usable
    server.give_up(None)
    assert not server.usable


def test_a_server_that_ends_while_it_grades_costs_nobody_anything(boxes, three_tasks_file, monkeypatch):
    real, killed = servers.listen, []
    server = server_for(judging.modules_of(three_tasks_file), boxes.kind)

    def listen(channel, told, deadline):
        if not killed:  # after the first cell
            said, _ = channel.receive(60)
            told["cells"][said["cell"]] = said
            killed.append(server.process.pid)
            server.process.kill()
            server.process.wait()
        real(channel, told, deadline)

    monkeypatch.setattr(servers, "listen", listen)
    outcome = judging.grade_one(three_tasks_file, three_tasks_file, seed="seed", sandbox=boxes)
    assert killed
    assert outcome.reason is None
    assert outcome.flags == ()


@pytest.mark.filterwarnings("ignore")  # Dask's own, about the error
def test_an_error_of_the_machine_does_not_end_a_batch(boxes, three_tasks_file, monkeypatch):
    real, failed = judging.grade_one, []

    def fails_once(*args, **options):
        if not failed:
            failed.append(True)
            raise SystemError("two threads met")
        return real(*args, **options)

    monkeypatch.setattr(judging, "grade_one", fails_once)
    paper = batch.Paper.of(three_tasks_file, "seed", boxes)
    hand_ins = iter([(str(number), three_tasks_file.read_bytes()) for number in range(3)])
    assert sorted(name for name, _ in batch.on_dask(paper, hand_ins, 2, None)) == ["0", "1", "2"]
    assert failed


def test_code_that_worker_threads_run_is_parsed_by_one_thread_at_a_time(monkeypatch):
    for module in (judging, sanitize, notebooks):
        source = inspect.getsource(module)
        assert source.count("ast.parse(") == (module is notebooks), module
    real, locked = ast.parse, []
    monkeypatch.setattr(
        ast, "parse", lambda source: locked.append(notebooks._parsing.locked()) or real(source)
    )
    notebooks.parse("x = 1")
    assert locked == [True]


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

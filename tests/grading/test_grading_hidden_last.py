"""Hidden checks come last: each meets the notebook as it was at its task, and nothing they bring is shown."""

import pytest

from course_lib.grading import sandbox
from course_lib.grading.judge import judging, sanitize, servers

SECRET = "987654"  # what the hidden check of each task passes
WITH_A_THREAD = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
TWO_HIDDEN = """
from course_lib.grading import Checks

check = Checks("ps00", "double", points=3, seconds=1)


@check.visible("doubles three", points=1)
def _(double):
    check.equal(double(3), 6)


### BEGIN HIDDEN TESTS
@check.hidden("doubles one", points=1)
def _(double):
    check.equal(double(1), 2)


@check.hidden("doubles two", points=1)
def _(double):
    check.equal(double(2), 4)


### END HIDDEN TESTS
check.score()
"""


def marks(outcome) -> list[float]:
    return [report.earned for report in outcome.reports.values()]


def shown(outcome) -> str:
    """All that a student gets to read."""
    return str(outcome.outputs) + "".join(report.text() for report in outcome.reports.values())


def keeping(name: str) -> str:
    """A right answer that keeps what it is called with."""
    return f"seen = globals().get('seen', [])\n\ndef {name}(x):\n    seen.append(f'seen: {{x}}')\n    return 2 * x\n"


KEEPING = {name: keeping(name) for name in ("first", "second", "third")}


def test_what_a_hidden_check_brings_is_in_no_later_output(judge):
    outcome = judge(KEEPING, extra=["print(seen)", "seen"])
    assert marks(outcome) == [2, 2, 2]
    assert "seen: 3" in shown(outcome)
    assert SECRET not in shown(outcome)


def test_the_visible_checks_of_later_tasks_do_not_show_it(judge):
    telling = "def second(x):\n    print(seen)\n    raise ValueError(str(seen))\n"
    outcome = judge(KEEPING | {"second": telling})
    assert marks(outcome) == [2, 0, 2]
    assert "seen: 3" in shown(outcome)
    assert SECRET not in shown(outcome)


@pytest.mark.parametrize("thread", ["", WITH_A_THREAD], ids=["with copies", "run again"])
def test_memory_that_processes_share_and_files_do_not_bring_it_back(judge, thread):
    begin = f"import mmap\n{thread}\nshared = mmap.mmap(-1, 4096)\n\n"
    keep = "shared.write(f'seen: {x}'.encode()); open('stash', 'a').write(str(x))"
    first = f"def first(x):\n    {keep}\n    return 2 * x\n"
    show = "import threading, time\n\ndef show():\n    print(bytes(shared[:100]), open('stash').read())\n\n"
    later = [f"threading.Timer({after}, show).start()" for after in (0.2, 0.5, 1.0)]
    outcome = judge(KEEPING | {"first": begin + first}, extra=["\n".join([show, "show()", *later])])
    assert marks(outcome) == [2, 2, 2]
    assert "seen: 3" in shown(outcome)
    assert SECRET not in shown(outcome)


@pytest.mark.parametrize("thread", ["", WITH_A_THREAD], ids=["with copies", "run again"])
def test_each_meets_the_notebook_as_it_was_at_its_task(judge, thread):
    first = f"{thread}\nfactor = 2\n\ndef first(x):\n    return factor * x\n"
    second = "factor = 3\n\ndef second(x):\n    return (factor - 1) * x\n"
    outcome = judge({"first": first, "second": second, "third": KEEPING["third"]}, extra=["factor = 100"])
    assert marks(outcome) == [2, 2, 2]


@pytest.mark.parametrize(
    "ending",
    ["import os; os._exit(0)", "import signal; signal.signal(2, signal.SIG_IGN)\n        while True: pass"],
)
def test_a_copy_that_ends_costs_its_own_check_only(judge, ending):
    second = f"def second(x):\n    if x != 3:\n        {ending}\n    return 2 * x\n"
    outcome = judge(KEEPING | {"second": second})
    assert marks(outcome) == [2, 1, 2]


def test_further_hidden_checks_of_the_same_task_find_a_fresh_process(judge, source):
    test = next(cell for cell in source.cells if cell.id == "test-double")
    test.source = TWO_HIDDEN
    ending = "def double(x):\n    if x == 1:\n        import os; os._exit(0)\n    return 2 * x\n"
    (report,) = judge({"double": ending}, notebook=source).reports.values()
    assert [result.earned for result in report.results] == [1, 0, 1]


@pytest.mark.parametrize(
    ("thread", "points"), [("", 2), (WITH_A_THREAD, 1)], ids=["with copies", "run again"]
)
def test_a_process_without_threads_is_copied_and_not_run_again(judge, thread, points):
    """A copy's parent is the process that it was copied from; the first one of a box has the box's own."""
    first = f"import os\n{thread}\n\ndef first(x):\n    return 2 * x if x == 3 or os.getppid() != 1 else 0\n"
    assert marks(judge(KEEPING | {"first": first})) == [points, 2, 2]


def test_copies_do_not_count_among_the_processes_that_a_submission_may_have(judge):
    forks = "import os\n\ndef third(x):\n    os.waitpid(os.fork() or os._exit(0), 0)\n    return 2 * x\n"
    assert marks(judge(KEEPING | {"third": forks}, processes=2)) == [2, 2, 2]


def test_hidden_checks_that_did_not_run_are_flagged(three_tasks_file):
    found = sanitize.sanitize(three_tasks_file, three_tasks_file)
    cells = [cell for cell in found.notebook.cells if cell.cell_type == "code"]
    report = {"task": "first", "points": 2, "results": []}
    told = {"cells": {1: {"cell": 1, "report": report, "hidden_to_come": True}}, "flags": []}
    outcome = judging.put_together(three_tasks_file, cells, found, told, {}, sandbox.NONE, 1.0)
    assert "The hidden checks of first did not run: out of time." in outcome.flags


def test_where_nothing_could_begin_it_is_tried_once_more(judge, monkeypatch):
    real, calls = servers.Server.grade, []

    def fails_first(self, *args):
        calls.append(self)
        return ({"cells": {}, "flags": []}, {"failed": "no memory"}) if len(calls) == 1 else real(self, *args)

    monkeypatch.setattr(servers.Server, "grade", fails_first)
    assert marks(judge(KEEPING)) == [2, 2, 2]
    assert len(calls) == 2


def test_a_copy_is_no_attempt_of_the_student(judge):
    assert judge(KEEPING).flags == ()

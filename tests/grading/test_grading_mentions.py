"""Forbidden names: found by reading, whatever an answer calls them, and by watching, wherever they are kept."""

import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

from course_lib.grading import notebooks
from course_lib.grading.checking.forbid import Forbidden, ForbiddenCall
from course_lib.grading.checking.operations import OutOfTime, time_limit
from course_lib.grading.judge import mentions
from course_lib.grading.judge.mentions import Mentions

ROOT = Path(__file__).parents[2]
SETS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
FORBID = ("torch.nn.functional.conv2d",)


@pytest.mark.parametrize(
    "cell",
    [
        "import torch\ndef f(x): return torch.nn.functional.conv2d(x)",
        "import torch.nn.functional as F\ndef f(x): return F.conv2d(x)",
        "from torch.nn import functional\ndef f(x): return functional.conv2d(x)",
        "def f(x):\n    from torch.nn.functional import conv2d as c\n    return c(x)",
        "import torch.nn.functional as F\ng = F.conv2d\ndef f(x): return g(x)",
        "import torch.nn.functional as F\ndef helper(x): return F.conv2d(x)\ndef f(x): return helper(x)",
        "import torch.nn.functional as F\ndef f(x): return getattr(F, 'conv2d')(x)",
        "import torch.nn.functional as F\ndef f(x, g=F.conv2d): return g(x)",
        "%matplotlib inline\nimport torch.nn.functional as F\ndef f(x): return F.conv2d(x)",
        "import torch.nn.functional as F\ng = F.conv2d\ndef f(x):\n    def h():\n        g = 1\n    return g(x)",
        "import torch.nn.functional as F\ng = F.conv2d\ndef f(x): return [g(part) for part in x]",
        "import torch.nn.functional as F\ng = F.conv2d\nf = lambda x: g(x)",
        "from torch.nn.functional import conv2d as g\nclass C:\n    def m(x): return g(x)\ndef f(x): return C.m(x)",
    ],
)
def test_reading_finds_a_forbidden_name(cell):
    read = Mentions()
    read.add(cell)
    assert read.forbidden("f", FORBID) == FORBID[0]


@pytest.mark.parametrize(
    "cell",
    [
        "import torch.nn.functional as F\ndef other(x): return F.conv2d(x)\ndef f(x): return x",
        "import torch.nn.functional as F\ndef f(x): return F.conv2d_like(x)",
        "# F.conv2d\ndef f(x): return 'torch.nn.functional.conv2d'",
        "def conv2d(x): return x\ndef f(x): return conv2d(x)",
        "def f(x) return x",
        "import torch.nn.functional as F\nout = F.conv2d\ndef f(x):\n    out = 2 * x\n    return out",
        "import torch.nn.functional as F\nx = F.conv2d\ndef f(x): return [x for x in x]",
    ],
)
def test_what_a_task_may_use_is_not_found(cell):
    read = Mentions()
    read.add(cell)
    assert read.forbidden("f", FORBID) is None


def test_code_that_is_too_deep_to_be_read_exactly_hides_nothing():
    read = Mentions()
    deep = "-" * 500 + "1"
    read.add(f"import torch.nn.functional as F\ng = F.conv2d\ndef f(x): return g(x) + {deep}")
    assert read.forbidden("f", FORBID) == FORBID[0]


def test_names_may_come_from_several_cells():
    read = Mentions()
    for cell in (
        "from torch.nn.functional import *",
        "import torch.nn.functional as F",
        "def f(x): return F.conv2d(x)",
    ):
        read.add(cell)
    assert read.forbidden("f", FORBID)


def test_a_call_of_a_kept_original_is_seen():
    kept = [np.load]  # a Python function in a list: no name to replace

    with pytest.raises(FileNotFoundError):
        np.load("no such file")
    watch = Forbidden(("numpy.load",))
    with watch.active({}), pytest.raises(FileNotFoundError):
        kept[0]("no such file")
    assert watch.used == ["numpy.load"]


def test_taking_the_watch_away_counts_as_a_forbidden_call():
    watch = Forbidden(("numpy.load",))
    with watch.active({}):
        sys.setprofile(None)
    assert watch.used == ["sys.setprofile"]
    with watch.active({}), pytest.raises(ForbiddenCall):
        np.load("x")


def busy():
    while True:
        len(())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no timer that ends a call")
def test_the_end_of_the_time_inside_the_watch_is_no_forbidden_call():
    """An exception that arises in a profiler takes it away; here the end of the time does, sooner or later."""
    watch = Forbidden(("numpy.load",))
    through = 0
    for attempt in range(200):
        with pytest.raises(OutOfTime) as caught, watch.active({}), time_limit(0.002 + attempt * 1e-5):
            busy()
        through += any(entry.name == "look" for entry in caught.traceback)
        assert watch.used == []
        if through == 3:
            return
    pytest.fail("the time never ended inside the watch")


def test_who_catches_that_end_and_goes_on_is_found():
    watch = Forbidden(("numpy.load",))
    with watch.active({}):
        for _ in range(200):
            try:
                with time_limit(0.002):
                    busy()
            except OutOfTime:
                if sys.getprofile() is None:
                    break
    assert watch.used == ["sys.setprofile"]


@pytest.mark.parametrize("problem_set", SETS)
def test_what_reading_finds_in_a_test_cell_is_what_its_checks_enforce(problem_set):
    notebook = notebooks.read(ROOT / "solutions" / problem_set / f"{problem_set}.ipynb")
    for task, (_, test) in notebooks.tasks(notebook).items():
        space: dict = {}
        exec(notebooks.split_result(test.source)[0], space)
        used = {
            name for check in space["check"]._checks for name in inspect.signature(check.function).parameters
        }
        forbidden, students = mentions.rules(test.source)
        assert (forbidden, set(students)) == (space["check"].forbid, used), task

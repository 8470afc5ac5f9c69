"""A warm server is made cheap to fork: few pages, and nothing for a fork's garbage collector to go through."""

import platform
import subprocess
import sys

import pytest

from course_lib.grading.sandbox import huge_pages


def number(version: str) -> tuple[int, ...]:
    """A kernel's version as numbers: 6.1 of 6.1.0-13-amd64."""
    return tuple(int(part) for part in version.split(".")[:2])


def run(program: str) -> list[str]:
    """The lines that a program prints in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(
    platform.system() != "Linux" or number(platform.release()) < (6, 1),
    reason="needs MADV_COLLAPSE of Linux 6.1",
)
def test_data_lies_in_huge_pages_and_is_the_same():
    program = """if True:
        import re
        from pathlib import Path
        from course_lib.grading.sandbox import huge_pages

        data = bytearray(range(256)) * (64 << 10)
        huge = lambda: int(re.search(r"AnonHugePages: +([0-9]+)", Path("/proc/self/smaps_rollup").read_text())[1])
        before = huge()
        tried = huge_pages.collapse()
        print(tried >= len(data) - 2 * huge_pages.HUGE, huge() - before >= 8 << 10)
        print(data == bytearray(range(256)) * (64 << 10))
    """
    assert run(program) == ["True True", "True"]


def test_where_there_is_no_list_of_mappings_nothing_is_tried(tmp_path):
    assert huge_pages.collapse(tmp_path / "maps") == 0


def test_a_fork_of_a_server_leaves_what_is_loaded_to_its_parent():
    program = """if True:
        import gc
        from course_lib.grading.judge import server

        garbage = [object() for _ in range(10)]
        loaded = len(gc.get_objects())
        server.settle()
        print(gc.get_freeze_count() > loaded / 2, len(gc.get_objects()) < loaded / 2)
    """
    assert run(program) == ["True True"]

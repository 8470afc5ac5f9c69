"""Deliberate mistakes: each is made in a copy of the package, where the test that is named for it must fail."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MISTAKES = tomllib.loads((TESTS / "mistakes.toml").read_text(encoding="utf-8"))["mistake"]
NOT_NEEDED = shutil.ignore_patterns("__pycache__", "node_modules", "src")


def copy_package(folder):
    shutil.copytree(TESTS.parent / "course_lib", folder / "course_lib", ignore=NOT_NEEDED)


def run_tests(folder, *names):
    """Run tests against the package in `folder` and return pytest's exit status and output."""
    arguments = ["-c", str(TESTS.parent / "pyproject.toml"), "--rootdir", str(TESTS.parent)]
    arguments += ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts="]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *(str(TESTS / name) for name in names)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def name(mistake):
    return f"{mistake['file']}: {mistake['new'] or 'nothing'} for {mistake['old'].strip()}"


@pytest.mark.parametrize("mistake", MISTAKES, ids=name)
def test_a_mistake_is_caught_by_the_test_named_for_it(mistake, tmp_path):
    copy_package(tmp_path)
    file = tmp_path / "course_lib" / mistake["file"]
    text = file.read_text(encoding="utf-8")
    assert text.count(mistake["old"]) == 1, "the line that the mistake is made in must be there, once"
    file.write_text(text.replace(mistake["old"], mistake["new"]), encoding="utf-8")
    status, output = run_tests(tmp_path, mistake["test"])
    assert status == 1, output  # 1: a test failed; 2 to 5: it did not even run
    assert "Error" in output


def test_without_a_mistake_the_named_tests_pass(tmp_path):
    """So it is the mistake that they fail by, and they do look at the copy."""
    copy_package(tmp_path)
    (tmp_path / "test_place.py").write_text(
        f"import course_lib\ndef test_place(): assert course_lib.__file__.startswith({str(tmp_path)!r})\n"
    )
    names = sorted({mistake["test"] for mistake in MISTAKES})
    status, output = run_tests(tmp_path, *names, str(tmp_path / "test_place.py"))
    assert status == 0, output

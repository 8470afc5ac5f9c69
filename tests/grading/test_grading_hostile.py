"""The corpus of hostile submissions through the real command: each outcome, and what holds for all of them."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from hostile import SUBMISSIONS, corpus, dangers, harness, problems
from hostile.harness import Course
from hostile.outcome import as_text

from course_lib.grading import sandbox
from course_lib.grading.marking.engine import filled_in

pytestmark = pytest.mark.skipif(
    not sandbox.available() and not os.environ.get("CI"), reason="this machine offers no sandbox"
)
PER_ROW = 4  # of each row of the table; benchmarks/hostile_submissions.py grades all, which takes far longer
CHOSEN = {
    name
    for row in corpus.ROWS
    for name in [n for n, entry in SUBMISSIONS.items() if entry.row == row and not entry.slow][:PER_ROW]
}
CHOSEN |= {"shows-what-it-stashed", "shows-what-it-shared", "shows-it-in-the-next-visible-check"}
AS_A_PLAIN_USER = ("reads-the-source", "reads-the-parents-memory", "loop-in-a-cell")
FEW = ("right-in-other-words", "partly-wrong", "warns", "deleted-test", "exits-in-a-cell", "spent-chance")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A few of each row and the honest one, graded once."""
    names = CHOSEN | {"honest", *FEW, *AS_A_PLAIN_USER}
    course = Course(tmp_path_factory.mktemp("corpus"), sorted(names))
    course.status = course.grade("--workers", "2")
    yield course
    harness.end_survivors()


# ---- the corpus itself


def test_the_corpus_covers_every_row_of_the_table_several_ways():
    rows = [entry.row for entry in SUBMISSIONS.values()]
    assert all(rows.count(row) >= 4 for row in corpus.ROWS)
    assert len(rows) >= 48


def test_what_is_expected_can_be_missed():
    seen = harness.Seen(
        dict.fromkeys(corpus.POINTS, 0.0), feedback="<p>LEAKED</p><img src=x onerror=alert(1)>"
    )
    assert "conv2d: 0, expected 6" in problems(SUBMISSIONS["honest"], seen)
    assert any("LEAKED" in line for line in problems(SUBMISSIONS["prints-inputs"], seen))
    assert any("onerror" in line for line in problems(SUBMISSIONS["html-output"], seen))
    assert "no reason is given" in problems(SUBMISSIONS["empty-file"], seen)
    assert "not flagged: repaired" in problems(SUBMISSIONS["deleted-test"], seen)
    assert "no feedback" in problems(SUBMISSIONS["honest"], harness.Seen())


@pytest.mark.parametrize(
    "page",
    [
        "<script>1</script>",
        "<a href='javascript:x'>",
        "<a href=' java\tscript:x'>",
        "<p onclick=x>",
        "<div style='position: fixed'>",
        "<meta http-equiv=refresh>",
        "<base href=x>",
        "<img src='data:image/svg+xml,x'>",
        "<iframe></iframe>",
        "<style>p {}</style>",
    ],
)
def test_the_audit_of_pages_sees_what_could_run_or_cover(page):
    assert dangers(page)
    assert dangers(page, page) == []
    assert dangers("<p class=x><a href='../a.html#b'>b</a><img src='data:image/png;base64,A'>") == []


# ---- outcomes


@pytest.mark.parametrize("name", sorted(CHOSEN))
def test_a_submission_has_the_outcome_it_must_have(graded, name):
    assert graded.problems(name) == []


def test_the_batch_finishes_and_everybody_has_a_score(graded):
    assert graded.status == 1  # some files could not be read, and that is said
    for name in graded.names:
        seen = graded.seen(name)
        assert all(mark is not None for mark in seen.marks.values()), name
        assert len(seen.marks) == len(corpus.POINTS), name


def test_nothing_outside_of_the_submissions_was_touched(graded):
    assert graded.damage() == []


def test_nothing_a_student_receives_holds_a_hidden_line_an_expected_value_or_the_seed(graded):
    values = secret_values(graded.source)
    assert len(values) > 20
    for name in graded.names:
        seen = graded.seen(name)
        text = as_text(seen.feedback) + "".join(seen.extra)
        assert [part for part in [*graded.secrets(), *values] if part in text] == [], name


def secret_values(source) -> list[str]:
    """Numbers that only hidden tests hold: what their random generators give under the secret seed."""
    from course_lib.grading.answers.bank import Exam

    values: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_GRADING_SEED", harness.SEED)

        def note(self, how, actual, expected, hint, mistakes, **tolerance):
            if self._border is not None and self.rng is not None and hasattr(expected, "ravel"):
                values.extend(f"{value:.6g}" for value in expected.ravel()[:3].tolist())

        patch.setattr("course_lib.grading.checking.checks.Checks._compare", note)
        exam = Exam(source)
        for task, (answer, _) in exam.tasks.items():
            exam.mark(task, answer.source)
    return sorted({value for value in values if len(value) >= 8})


# ---- invariants


def test_alone_and_again_the_marks_are_the_same(graded, tmp_path):
    again = Course(tmp_path, ["honest", *FEW])
    again.grade()
    for name in again.names:
        assert again.marks(name) == graded.marks(name), name
        if name != "warns":  # its two streams of output meet as chance will have it
            assert as_text(again.seen(name).feedback) == as_text(graded.seen(name).feedback), name


def test_grading_can_be_killed_at_any_point_and_resumed(course, blank, tmp_path):
    folder = tmp_path / "handed-in"
    for number in range(10):
        answer = (
            "def double(x):\n    return 2 * x" if number % 2 else f"def double(x):\n    return {number} + 3"
        )
        (folder / f"student{number}").mkdir(parents=True)
        notebook = filled_in(blank, {"double": answer, "why": f"Because of {number}."})
        nbformat.write(notebook, folder / f"student{number}" / "ps00-double.ipynb")
    other = shutil.copytree(course, tmp_path / "straight")
    began = time.monotonic()
    assert grading(other, folder).wait() == 0
    duration = time.monotonic() - began
    chance = random.Random(5)
    for _ in range(20):
        process = grading(course, folder, "--resume")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, duration))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert grading(course, folder, "--resume").wait() == 0
    assert records(course) == records(other)
    assert len(records(course)) == 10


def grading(root, folder, *flags) -> subprocess.Popen:
    """Start grading the tiny set in a process group of its own."""
    command = [sys.executable, "-m", "course_lib.cli", "grade", "ps00", "--submissions", str(folder), *flags]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=root, start_new_session=True, **quiet)


def records(root) -> dict[str, tuple]:
    """What a course folder holds of each student: all grades, as often as they are there, and the feedback."""
    from nbgrader.api import Gradebook

    build = root / "_build" / "grading"
    with Gradebook(f"sqlite:///{build / 'gradebook.db'}", "training-deep-networks") as gradebook:
        found: dict[str, list] = {}
        for submission in gradebook.assignment_submissions("ps00-double"):
            grades = [
                (grade.name, grade.auto_score, grade.manual_score)
                for notebook in submission.notebooks
                for grade in notebook.grades
            ]
            found.setdefault(submission.student.id, []).append(sorted(grades))
    pages = {name: build / "feedback" / name / "ps00-double" / "ps00-double.html" for name in found}
    return {name: (rows, as_text(pages[name].read_text(encoding="utf-8"))) for name, rows in found.items()}


def test_without_a_sandbox_the_corpus_shows_failures(tmp_path):
    names = ["reads-the-source", "reads-class-mates", "overwrites-class-mates", "connects", "takes-the-note"]
    course = Course(tmp_path, ["honest", *names])
    course.grade("--no-sandbox")
    assert course.problems("honest") == []
    failing = [name for name in names if any("expected" in line for line in course.problems(name))]
    assert {"connects", "takes-the-note"} <= set(failing), {name: course.problems(name) for name in names}
    assert any("connects" in line for line in course.visitors)
    assert "without a sandbox" in as_text(course.seen("honest").feedback)


def test_a_plain_user_grades_as_root_does(graded):
    with tempfile.TemporaryDirectory(prefix="course-plain-") as folder:  # pytest's own is closed to others
        course = Course(Path(folder), ["honest", *FEW, *AS_A_PLAIN_USER])
        assert course.grade(plain_user=True) == 0, course.output
        assert (course.build() / "gradebook.db").stat().st_uid != 0
        for name in course.names:
            assert course.problems(name) == [], name
            assert course.marks(name) == graded.marks(name), name

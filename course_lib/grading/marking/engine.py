"""Calls to nbgrader: make the student version, grade a submission, write feedback, read the marks."""

import copy
import filecmp
import os
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.term import gradebook


@dataclass(frozen=True)
class Mark:
    """What a submission has for one graded cell; `score` is None while a person still has to mark it."""

    cell: str
    score: float | None
    points: float


class Engine:
    """nbgrader for one course folder."""

    def __init__(
        self, root: Path, build: str = "_build/grading", release: str = "exercises", sandbox: str = ""
    ):
        notebooks.import_quickly()
        import nbgrader.api
        from nbgrader.apps import NbGraderAPI

        from course_lib.grading.nbgrader_config import course_config

        self.root, self.build = root, root / build
        self.build.mkdir(parents=True, exist_ok=True)
        nbgrader.api.get_alembic_version = gradebook.tables_version
        self.api = NbGraderAPI(config=course_config(root, build, release, sandbox))

    def release(self, problem_set: str) -> Path:
        """Write the student version of a set and register its cells in the gradebook."""
        self._do(f"the release of {problem_set}", self.api.generate_assignment, problem_set)
        return self.root / self.api.coursedir.release_directory / problem_set

    def source(self, problem_set: str) -> Path:
        """The source notebook of a set."""
        return notebooks.source(self.root, problem_set)

    def submit(self, problem_set: str, student: str, notebook: Path) -> bool:
        """Put a student's file where nbgrader looks for submissions, for formgrader and later regrades.

        Returns whether the same file was there already. A link stays a link, which is not followed when it is
        read; what is neither file nor link becomes an empty file.
        """
        target = self.build / "submitted" / student / problem_set / f"{problem_set}.ipynb"
        plain = notebook.is_file() or notebook.is_symlink()
        if plain and target.is_file() and not notebook.is_symlink():
            same = filecmp.cmp(notebook, target, shallow=False)
            if same:
                return True
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name("handed-in.part")
        partial.unlink(missing_ok=True)
        if plain:
            shutil.copyfile(notebook, partial, follow_symlinks=False)
        else:
            partial.touch()
        os.replace(partial, target)
        stamp = notebook.parent / "timestamp.txt"
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copyfile(stamp, target.parent / stamp.name)
        return False

    def timestamp(self, problem_set: str, student: str):
        """When a student handed in, from the file that nbgrader's exchange writes; None when there is none."""
        folder = self.build / "submitted" / student / problem_set
        return self.api.coursedir.get_existing_timestamp(str(folder))

    def autograde(self, problem_set: str, student: str) -> None:
        """Grade what a student submitted by nbgrader's own autograder and feedback generator."""
        self._do(f"grading {student}", self.api.autograde, problem_set, student)
        self._do(f"the feedback for {student}", self.api.generate_feedback, problem_set, student)

    def feedback(self, problem_set: str, student: str) -> Path:
        """Where a student's feedback lies."""
        return self.build / "feedback" / student / problem_set / f"{problem_set}.html"

    def marks(self, problem_set: str, student: str) -> list[Mark]:
        """A submission's marks in the order of the notebook."""
        return self.all_marks(problem_set, student)[student]

    def all_marks(self, problem_set: str, only: str | None = None) -> dict[str, list[Mark]]:
        """The marks of all who have some, by name."""
        order = list(notebooks.graded_cells(notebooks.read(self.source(problem_set))))
        found = {}
        with self.api.gradebook as book:
            for submission in book.assignment_submissions(problem_set):
                student = submission.student.id
                if only is None or student == only:
                    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                    marks = [
                        Mark(grade.name, None if grade.needs_manual_grade else grade.score, grade.max_score)
                        for grade in grades
                    ]
                    found[student] = sorted(marks, key=lambda mark: order.index(mark.cell))
        return dict(sorted(found.items()))

    @staticmethod
    def _do(what: str, step: Callable[..., dict], *args: str) -> None:
        """Run a step of nbgrader's API, replacing earlier results.

        Raises GradingError with the end of nbgrader's log when the step fails.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's and SQLAlchemy's own; nothing a user could act on
            outcome = step(*args, force=True)
        if not outcome["success"]:
            log = (outcome.get("error") or "") + (outcome.get("log") or "")
            raise notebooks.GradingError(
                f"nbgrader could not finish {what}:\n" + "\n".join(log.strip().splitlines()[-15:])
            )


def filled_in(notebook, cells: dict[str, str]):
    """A copy of a student's notebook with the given cells replaced: grade_id -> source.

    Raises KeyError when the notebook has no such cell.
    """
    submission = copy.deepcopy(notebook)
    graded = notebooks.graded_cells(submission)
    for name, source in cells.items():
        graded[name].source = source
    return submission

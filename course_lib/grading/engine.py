"""Calls to nbgrader: make the student version, grade a submission, write feedback, read the marks."""

import copy
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading import notebooks


@dataclass(frozen=True)
class Mark:
    """What a submission has for one graded cell; `score` is None while a person still has to mark it."""

    cell: str
    score: float | None
    points: float


class Engine:
    """nbgrader for one course folder."""

    def __init__(self, root: Path, build: str = "_build/grading", release: str = "exercises"):
        from nbgrader.apps import NbGraderAPI

        from course_lib.grading.nbgrader_config import course_config

        self.root, self.build = root, root / build
        self.build.mkdir(parents=True, exist_ok=True)
        self.api = NbGraderAPI(config=course_config(root, build, release))

    def release(self, problem_set: str) -> Path:
        """Write the student version of a set and register its cells in the gradebook."""
        self._do(f"the release of {problem_set}", self.api.generate_assignment, problem_set)
        return self.root / self.api.coursedir.release_directory / problem_set

    def submit(self, problem_set: str, student: str, notebook: Path) -> None:
        """Put a student's notebook where nbgrader looks for submissions; an earlier one is replaced."""
        folder = self.build / "submitted" / student / problem_set
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(notebook, folder / f"{problem_set}.ipynb")

    def grade(self, problem_set: str, student: str) -> list[Mark]:
        """Grade a submission, write its feedback, and return its marks."""
        self._do(f"grading {student}", self.api.autograde, problem_set, student)
        self._do(f"the feedback for {student}", self.api.generate_feedback, problem_set, student)
        return self.marks(problem_set, student)

    def feedback(self, problem_set: str, student: str) -> Path:
        """Where a student's feedback lies."""
        return self.build / "feedback" / student / problem_set / f"{problem_set}.html"

    def marks(self, problem_set: str, student: str) -> list[Mark]:
        """A submission's marks in the order of the notebook."""
        source = notebooks.read(self.root / "solutions" / problem_set / f"{problem_set}.ipynb")
        order = list(notebooks.graded_cells(source))
        with self.api.gradebook as gradebook:
            submission = gradebook.find_submission_notebook(problem_set, problem_set, student)
            found = [
                Mark(grade.name, None if grade.needs_manual_grade else grade.score, grade.max_score)
                for grade in submission.grades
            ]
        return sorted(found, key=lambda mark: order.index(mark.cell))

    @staticmethod
    def _do(what: str, step: Callable[..., dict], *args: str) -> None:
        """Run a step of nbgrader's API, replacing earlier results.

        Raises GradingError with the end of nbgrader's log when the step fails.
        """
        # nbgrader starts the program alembic, which lies beside Python and need not be on the user's PATH.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        with notebooks.environment(PATH=path), warnings.catch_warnings():
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

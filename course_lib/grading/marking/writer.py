"""The one writer: puts outcomes into nbgrader's gradebook, and writes the graded notebooks and the feedback.

Workers only compute. What is written here comes from nbgrader's own steps on the notebook that its autograder
would have made, so the marks are the same whichever way a submission was graded. Writing twice changes nothing.
"""

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.judge.judging import Outcome
from course_lib.grading.judge.sanitize import sanitize
from course_lib.grading.marking import execute
from course_lib.grading.term import apply_late, gradebook, manual_marks, read_term, settle

OUTCOMES = "outcomes"


@dataclass
class Writer:
    """Writes the outcomes of one problem set into the gradebook of an Engine."""

    engine: object
    problem_set: str

    def __post_init__(self):
        import sqlalchemy
        from nbgrader.preprocessors import AssignLatePenalties, GetGrades, OverwriteCells, SaveAutoGrades

        from course_lib.grading.marking.feedback import CleanFeedback, FeedbackExporter

        config = self.engine.api.config
        self.source = self.engine.source(self.problem_set)
        self.steps = [
            OverwriteCells(config=config),
            SaveAutoGrades(config=config),
            AssignLatePenalties(config=config),
        ]
        self.exporter = FeedbackExporter(config=config)
        self.exporter._preprocessors = []
        self.exporter.register_preprocessor(GetGrades(config=config), enabled=True)
        self.exporter.register_preprocessor(CleanFeedback(config=config), enabled=True)
        self.late = read_term(self.engine.root).late
        self.database = sqlalchemy.create_engine(self.engine.api.coursedir.db_url)

    def close(self) -> None:
        """Close the gradebook."""
        self.database.dispose()

    def put(self, student: str, submitted: Path, outcome: Outcome) -> list[str]:
        """Write one student's outcome, whole or not at all; returns the cells where a mark given by hand needs care."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's and nbgrader's own; nothing a user could act on
            with gradebook.one_transaction(self.database):
                return self._put(student, submitted, outcome)

    def _put(self, student: str, submitted: Path, outcome: Outcome) -> list[str]:
        found = sanitize(self.source, submitted)
        execute.fill(found.notebook, outcome)
        same_file = self.engine.submit(self.problem_set, student, submitted)
        resources = self._resources(student)
        with self.engine.api.gradebook as book:
            book.update_or_create_student(student)
            before = manual_marks(book, self.problem_set, student) if same_file else {}
            when = self.engine.timestamp(self.problem_set, student)
            extra = {"timestamp": when} if when else {}
            book.update_or_create_submission(self.problem_set, student, **extra)
        for step in self.steps:
            found.notebook, resources = step.preprocess(found.notebook, resources)
        with self.engine.api.gradebook as book:
            look = settle(book, self.problem_set, student, before)
            apply_late(book, self.problem_set, self.late, student)
        self._write(student, found.notebook, outcome)
        return look

    def _resources(self, student: str) -> dict:
        about = {
            "student": student,
            "assignment": self.problem_set,
            "notebook": self.problem_set,
            "db_url": self.engine.api.coursedir.db_url,
        }
        return {"nbgrader": about, "unique_key": self.problem_set}

    def _write(self, student: str, notebook, outcome: Outcome) -> None:
        import nbformat

        build = self.engine.build
        folder = build / "autograded" / student / self.problem_set
        whole(folder / f"{self.problem_set}.ipynb", nbformat.writes(notebook))
        page, _ = self.exporter.from_notebook_node(notebook, self._resources(student))
        whole(self.engine.feedback(self.problem_set, student), page)
        told = {"flags": list(outcome.flags), "reason": outcome.reason, "warning": outcome.warning}
        told |= {"earned": outcome.earned, "seconds": outcome.seconds, "peak_memory": outcome.peak_memory}
        whole(build / OUTCOMES / self.problem_set / f"{student}.json", json.dumps(told, indent=1))


def whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)

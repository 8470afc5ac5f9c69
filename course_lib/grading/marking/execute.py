"""The steps of grading inside nbgrader's own converters, for `nbgrader autograde` and formgrader alike.

nbgrader converts a submission twice. `SubmissionExporter` reads it for the first time and has it sanitized, so
nbgrader never sees a student's file; `JudgedExecute` takes the place of nbgrader's kernel the second time.
"""

from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from course_lib.grading import sandbox, seeds
from course_lib.grading.judge import judging
from course_lib.grading.judge.sanitize import Sanitized, sanitize
from course_lib.grading.notebooks import TEST, grade_id

NOTES = "grading"  # under `course` in the graded notebook's metadata: what the instructor should know


def source_of(coursedir, problem_set: str) -> Path:
    """The source notebook of a problem set."""
    folder = coursedir.format_path(coursedir.source_directory, ".", problem_set)
    return Path(coursedir.root, folder, f"{problem_set}.ipynb")


def notes_of(notebook) -> dict:
    """What an earlier step noted about a submission."""
    return notebook.metadata.setdefault("course", {}).setdefault(NOTES, {})


def note(notebook, found: Sanitized) -> None:
    """Keep what sanitizing found in the notebook."""
    notes_of(notebook).update(flags=list(found.flags), reason=found.reason)


class SubmissionExporter(NotebookExporter):
    """Reads a submission through `sanitize`; what nbgrader wrote itself it reads as it is."""

    def from_filename(self, filename, resources=None, **kwargs):
        """Convert a file."""
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources=resources, **kwargs)
        problem_set = resources["nbgrader"]["assignment"]
        found = sanitize(source_of(self.parent.coursedir, problem_set), Path(filename))
        note(found.notebook, found)
        return self.from_notebook_node(found.notebook, resources=resources, **kwargs)


class JudgedExecute(NbGraderPreprocessor):
    """Has the judge run a sanitized notebook and fills in what it found."""

    sandbox = Unicode("", help="a kind of sandbox, or the best that works here").tag(config=True)

    def preprocess(self, nb, resources):
        """Grade a notebook."""
        problem_set = resources["nbgrader"]["assignment"]
        source = source_of(self.parent.parent.coursedir, problem_set)
        notes = notes_of(nb)
        found = Sanitized(nb, list(notes.get("flags", [])), notes.get("reason"))
        outcome = judging.grade_sanitized(
            source, found, seeds.seed_for(problem_set), sandbox.choose(self.sandbox or None)
        )
        fill(nb, outcome)
        return nb, resources


def fill(notebook, outcome: judging.Outcome) -> None:
    """Put an outcome into the sanitized notebook it belongs to, in the form in which nbgrader reads marks."""
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
        if judging.is_test(cell):
            report = outcome.reports[grade_id(cell).removeprefix(TEST)]
            cell.outputs = report_outputs(report, outcome.reason, count)
        else:
            cell.outputs = [new_output(**output) for output in outcome.outputs.get(cell.id, [])]
    notes_of(notebook).update(
        flags=list(outcome.flags), reason=outcome.reason, warning=outcome.warning, seconds=outcome.seconds
    )


def report_outputs(report, reason: str | None, count: int) -> list:
    """A test cell's outputs: the lines of the report, and the number that is the mark."""
    from course_lib.grading.marking.feedback import UNFINISHED

    text = report.text() if report.results else f"{report.task}: {reason or UNFINISHED}"
    data = report._repr_mimebundle_()
    result = new_output("execute_result", data=data, execution_count=count)
    return [new_output("stream", name="stdout", text=text + "\n"), result]

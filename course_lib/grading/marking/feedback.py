"""What a student gets to read: a page of the author's sentences and the student's own work, all of it escaped."""

import base64
import binascii
from dataclasses import asdict
from functools import cache
from pathlib import Path

from nbconvert.exporters import Exporter
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import List

from course_lib.grading.checking.report import Report, number
from course_lib.grading.judge.judging import report_of
from course_lib.grading.judge.outputs import clean
from course_lib.grading.notebooks import secret_lines, split_hidden

UNFINISHED = (
    "The checks of this task did not finish, so it has no points. Run your notebook from top to bottom in a fresh "
    "kernel and see which cell stops it."
)
REMOVED = "[removed: this output quoted a test]"
SAFE = ("text/plain", "image/png")  # what a student's output may bring into a page that others open


class CleanFeedback(NbGraderPreprocessor):
    """Leaves of a graded notebook what its student may read: no hidden test, no traceback of a test, no script.

    The outputs of a test cell become the sentences of its report. Any other output that quotes a hidden line
    is replaced, and of rich outputs only text and pictures stay.
    """

    # nbgrader's feedback template sets this for all preprocessors.
    display_data_priority = List(config=True)

    def preprocess(self, nb, resources):
        """Clean all cells of a graded notebook."""
        self.secrets = secret_lines(nb)
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        """Clean one cell."""
        cell.source = split_hidden(cell.source)[0]
        if cell.cell_type != "code":
            return cell, resources
        if is_grade(cell):
            report = Report.from_output(cell.outputs)
            text = report.text() if report else UNFINISHED
            cell.outputs = [new_output("stream", name="stdout", text=text)]
            if report and report.results:
                cell.metadata["report"] = asdict(report)
        else:
            cell.outputs = [clean for output in cell.outputs for clean in self.cleaned(output)]
        return cell, resources

    def cleaned(self, output) -> list:
        """The output as a list of one, with what is not for students replaced or taken out; or an empty list."""
        if output.output_type == "stream":
            output.text = self.unquoted(output.text)
        elif output.output_type == "error":
            output.traceback = self.unquoted("\n".join(output.traceback)).split("\n")
            output.evalue = self.unquoted(output.evalue)
        else:
            output.data = {mime: output.data[mime] for mime in SAFE if mime in output.data}
            if "text/plain" in output.data:
                output.data["text/plain"] = self.unquoted(output.data["text/plain"])
            if not output.data:
                return []
        return [output]

    def unquoted(self, text: str) -> str:
        """The text, or a note in its place when a line of a hidden test is in it."""
        # A printed repr holds a line break as backslash and n and a quote with a backslash before it.
        plain = clean(text).replace("\\'", "'").replace('\\"', '"')
        return REMOVED if any(line in plain for line in self.secrets) else text


class FeedbackExporter(Exporter):
    """Writes the feedback page: one file without scripts or addresses that a page loads from, readable on a phone.

    Text of the student's is escaped by Jinja; of rich outputs only PNG pictures pass.
    """

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(self, nb, resources=None, **kwargs):
        """The page of a graded notebook that `CleanFeedback` has been through."""
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        about = resources.get("nbgrader", {})
        course = nb.metadata.get("course", {})
        notes = course.get("grading", {})
        page = template().render(
            title=about.get("assignment", "Feedback"),
            score=about.get("score"),
            most=about.get("max_score"),
            penalty=about.get("late_penalty") or 0,
            reason=notes.get("reason"),
            warning=notes.get("warning"),
            parts=[part for part in map(self.part, nb.cells) if part],
            pages=course.get("pages", {}),
            site=course.get("site", ""),
        )
        return page, resources

    def part(self, cell) -> dict | None:
        """What the page shows of a cell: the student's own cells and the checks, not the statement."""
        marks = cell.metadata.get("nbgrader", {})
        own = cell.cell_type == "code" or marks.get("solution")
        if not own or (marks.get("locked") and not marks.get("grade")):
            return None
        test = cell.cell_type == "code" and marks.get("grade") and not marks.get("solution")
        name = marks.get("grade_id", "")
        report = cell.metadata.get("report")
        return {
            "name": name.removeprefix("test-"),
            "test": test,
            "written": cell.cell_type == "markdown",
            "source": "" if test else clean(cell.source),
            "report": report_of(report) if report else None,
            "sentence": "" if report or not test else cell.outputs[0].text,
            "outputs": [] if test else [self.shown(output) for output in cell.get("outputs", [])],
            "score": marks.get("score"),
            "points": marks.get("points"),
            "comment": marks.get("comment"),
        }

    @staticmethod
    def shown(output) -> dict:
        """An output as text or as a picture."""
        if output.output_type == "stream":
            return {"text": clean(output.text)}
        if output.output_type == "error":
            return {"text": clean("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")}
        picture = output.data.get("image/png", "")
        try:
            if picture and base64.b64decode(picture).startswith(b"\x89PNG"):
                return {"picture": picture.replace("\n", "")}
        except (binascii.Error, ValueError):
            pass  # no picture: its text is shown
        return {"text": clean(output.data.get("text/plain", ""))}


@cache
def template():
    """The page's template; everything that is put into it is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = number
    return environment.from_string(Path(__file__).with_name("feedback.html").read_text(encoding="utf-8"))

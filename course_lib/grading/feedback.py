"""Preprocessors for nbgrader: what costs no points, and what a student gets to read."""

import re

from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import List

from course_lib.grading.notebooks import secret_lines, split_hidden
from course_lib.grading.report import Report

UNFINISHED = (
    "The checks of this task did not finish, so it has no points. Run your notebook from top to bottom in a fresh "
    "kernel and see which cell stops it."
)
REMOVED = "[removed: this output quoted a test]"
SAFE = ("text/plain", "image/png")  # what a student's output may bring into a page that others open
COLOR = re.compile(r"\x1b\[[0-9;]*m")


class DropWarnings(NbGraderPreprocessor):
    """Removes stderr from test cells: nbgrader takes any such output for a failure, also a harmless warning."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Keep all outputs of a test cell but stderr."""
        if is_grade(cell) and cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        return cell, resources


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
            cell.outputs = [new_output("stream", name="stdout", text=report.text() if report else UNFINISHED)]
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
        plain = COLOR.sub("", text).replace("\\'", "'").replace('\\"', '"')
        return REMOVED if any(line in plain for line in self.secrets) else text

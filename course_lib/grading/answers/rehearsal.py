"""What a student runs before handing in: the notebook in a fresh kernel, with the visible checks."""

import re
from collections import Counter
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.checking.report import Report, number
from course_lib.grading.judge.mentions import Mentions, rules

SECONDS = 120  # that one cell may take
STUB = "YOUR ANSWER HERE"
COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Rehearsal:
    """Runs a student's notebook and tells what each task has."""

    def __init__(self, path: Path):
        self.path = path
        self.notebook = notebooks.read(path)
        self.reports: dict[str, Report] = {}
        if not notebooks.graded_cells(self.notebook):
            raise notebooks.NotebookError(f"{path.name} is a notebook without tasks: is it a problem set?")

    def run(self) -> int:
        """Run all cells; 0 when everything is there and every check passes, else 1."""
        damage = self.damage()
        print(*damage, sep="\n", end="\n" if damage else "")
        print(f"Running {self.path.name} from top to bottom in a fresh kernel ...", flush=True)
        self.execute()
        complete = all(report.earned == report.present for report in self.reports.values())
        shortcuts = self.shortcuts()
        print(*shortcuts, *self.summary(), sep="\n")
        return 0 if complete and not damage and not shortcuts and self.reports else 1

    def damage(self) -> list[str]:
        """What is wrong with the cells themselves: missing, doubled or changed ones."""
        names = [name for name in map(notebooks.grade_id, self.notebook.cells) if name]
        wanted = self.notebook.metadata.get("course", {}).get("grade_ids", names)
        lines = []
        for name in wanted:
            if name not in names:
                kind = "check cell" if name.startswith(notebooks.TEST) else "cell"
                task = name.removeprefix(notebooks.TEST)
                lines.append(
                    f"The {kind} of {task} is missing. Take a fresh copy and paste your code into it."
                )
        for name, count in Counter(names).items():
            if count > 1:
                lines.append(
                    f"The cell {name} is there {count} times. Delete the copies: only the last one counts."
                )
        for name, cell in notebooks.graded_cells(self.notebook).items():
            if changed(cell):
                lines.append(
                    f"The cell {name} was changed. It should stay as it is: grading puts the original back."
                )
        return lines

    def shortcuts(self) -> list[str]:
        """Which names that a task forbids the code for it mentions, found by reading, as grading does."""
        read, lines = Mentions(), []
        for cell in self.notebook.cells:
            name = notebooks.grade_id(cell) or ""
            if cell.cell_type != "code":
                continue
            if not name.startswith(notebooks.TEST):
                read.add(cell.source)
                continue
            try:
                forbid, students = rules(cell.source)
            except (SyntaxError, ValueError):
                continue  # a changed check cell, named among the damage
            found = dict.fromkeys(filter(None, (read.forbidden(student, forbid) for student in students)))
            task = name.removeprefix(notebooks.TEST)
            lines += [f"{task}: your code mentions {item}, which this task does not allow." for item in found]
        return lines

    def execute(self) -> None:
        """Run the notebook, and print the report of each task as it comes.

        Raises NotebookError when the kernel dies.
        """
        from nbclient import NotebookClient
        from nbclient.exceptions import DeadKernelError
        from traitlets.config import Config

        client = NotebookClient(
            self.notebook,
            timeout=SECONDS,
            interrupt_on_timeout=True,
            allow_errors=True,
            kernel_name="python3",
            resources={"metadata": {"path": str(self.path.resolve().parent)}},
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        )
        client.on_cell_executed = self.tell
        try:
            client.execute()
        except DeadKernelError:
            raise notebooks.NotebookError(
                "The kernel died. Does a cell use too much memory, or end Python with os._exit or exit?"
            ) from None

    def tell(self, cell, cell_index: int, execute_reply: dict) -> None:
        """Print what an executed cell says about its task."""
        name = notebooks.grade_id(cell) or f"number {cell_index + 1}"
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if name.startswith(notebooks.TEST):
            report = Report.from_output(cell.outputs)
            if report:
                self.reports[name] = report
                print(report.text(), flush=True)
            else:
                task = name.removeprefix(notebooks.TEST)
                print(f"{task}: the check cell did not finish{''.join(map(reason, errors[:1]))}", flush=True)
        elif errors:
            print(f"The cell {name} stops with an error{reason(errors[0])}", flush=True)

    def summary(self) -> list[str]:
        """The last lines: points so far, and what is decided later."""
        cells = notebooks.graded_cells(self.notebook)
        graded = {
            name: cell.metadata["nbgrader"]["points"] for name, cell in cells.items() if is_graded(cell)
        }
        written = {name: points for name, points in graded.items() if not name.startswith(notebooks.TEST)}
        present = sum(report.present for report in self.reports.values())
        earned = sum(report.earned for report in self.reports.values())
        lines = [f"Visible checks: {number(earned)} of {number(present)} points."]
        later = sum(report.points - report.present for report in self.reports.values())
        if later:
            lines.append(f"Hidden checks decide {number(later)} more points when your work is graded.")
        for name, points in written.items():
            state = "not answered yet" if STUB in cells[name].source else "answered"
            lines.append(
                f"The written answer {name} ({number(points)} points) is {state}; a person will mark it."
            )
        return lines


def is_graded(cell) -> bool:
    """Whether a cell has points."""
    return cell.metadata["nbgrader"]["grade"]


def changed(cell) -> bool:
    """Whether a cell that students must not edit differs from the release. A source notebook has no checksums."""
    from nbgrader.utils import compute_checksum, is_locked

    expected = cell.metadata["nbgrader"].get("checksum")
    return bool(expected) and is_locked(cell) and compute_checksum(cell) != expected


def reason(error) -> str:
    """An error output in one phrase."""
    if error.ename == "KeyboardInterrupt":
        return f": it took longer than {SECONDS} seconds."
    text = COLOR.sub("", error.evalue).strip().split("\n")[0]
    return f": {error.ename}: {text}" if text else f": {error.ename}."

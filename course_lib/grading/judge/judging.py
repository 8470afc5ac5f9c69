"""Grades one submission: `grade_one` takes files and gives an `Outcome`, plain data that knows no gradebook.

What happens, in the order that its safety rests on:

1. `sanitize` reads the submitted file, believes nothing in it but the text of the student's cells, and puts
   everything else back from the source. From here on the tests are the instructor's.
2. A server (`server` is its side, `servers` the grader's) was started before with nothing but the names of
   libraries: no path of the course, no test, no seed, none of the grader's environment.
3. Its monitor forks the judge's process into a box and hands it one end of a line whose other end is here. Tests and
   seed go down that line, past the monitor's memory.
4. On the judge's request the monitor forks the student's process into another box: other namespaces, another
   user, no descriptor but the line to the judge and a pipe for what it prints. It has never seen a test.
5. The judge sends the student's cells, one by one, and runs the tests itself. Calls cross as data, are bounded in
   size and time by the judge, and what comes back is decoded, never run.
6. Hidden checks run after the last cell, on copies of the student's process as it was at each task, when nothing is
   shown any more: what the student's code sees in them, it cannot tell.
7. After each cell the judge tells the result to this process, which keeps it: whatever happens later, points
   earned before stay. Outputs were cut while they came; only text and PNG pictures pass.
8. The monitor ends both boxes and waits until nothing in them is left.
"""

import ast
import functools
import json
import re
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from course_lib.grading import notebooks
from course_lib.grading.checking.report import Report, Result
from course_lib.grading.judge import servers
from course_lib.grading.judge.sanitize import Sanitized, master_of, sanitize
from course_lib.grading.sandbox import Limits, Sandbox

COLD = {"tensorflow", "keras", "jax"}  # their threads do not survive a fork: whoever needs them loads them
ALWAYS = ("numpy", "course_lib.grading.checking.checks")


@dataclass(frozen=True)
class Outcome:
    """What grading a submission gave.

    `reports` by task; `outputs` of code cells by the cell's id in the sanitized notebook; `flags` are sentences for
    the instructor; `reason` says why the submission could not be graded, `warning` what everybody who reads
    the marks must know; `seconds` of wall time, `peak_memory` in bytes of the student's largest process.
    """

    reports: dict[str, Report]
    outputs: dict[str, list[dict]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    reason: str | None = None
    warning: str = ""
    seconds: float = 0.0
    peak_memory: int = 0

    @property
    def earned(self) -> float:
        """The points of all tasks together."""
        return sum(report.earned for report in self.reports.values())

    def to_json(self) -> dict:
        """Plain data, the same for equal outcomes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Outcome":
        """The outcome that `to_json` wrote."""
        reports = {task: report_of(body) for task, body in data["reports"].items()}
        return cls(**{**data, "reports": reports, "flags": tuple(data["flags"])})


def report_of(body: dict) -> Report:
    """A report from plain data."""
    results = tuple(Result(**{**row, "messages": tuple(row["messages"])}) for row in body["results"])
    return Report(body["task"], body["points"], results)


def grade_one(
    source_notebook: Path, submitted: Path, *, seed: str, sandbox: Sandbox, limits: Limits | None = None
) -> Outcome:
    """Grade a submitted file against a source notebook.

    `seed` is the secret that hidden tests draw from. Without `limits` the source notebook's count.
    """
    return grade_sanitized(source_notebook, sanitize(source_notebook, submitted), seed, sandbox, limits)


def grade_sanitized(
    source_notebook: Path, found: Sanitized, seed: str, sandbox: Sandbox, limits: Limits | None = None
) -> Outcome:
    """Grade what `sanitize` made of a submission."""
    if found.reason:
        return Outcome(no_points(source_notebook), reason=found.reason, warning=sandbox.warning)
    began = time.monotonic()
    cells = [cell for cell in found.notebook.cells if cell.cell_type == "code"]
    limits = limits or Limits.of(master_of(source_notebook))
    copies = sum(map(is_test, cells))  # of the student's process, which the judge has kept
    limits = replace(limits, processes=limits.processes + copies)
    job = {"seed": seed, "limits": asdict(limits), "cells": [job_cell(cell) for cell in cells]}
    for _ in range(2):
        server = servers.server_for(modules_of(source_notebook), sandbox.kind)
        told, about = server.grade(job, limits, data_files(source_notebook))
        if told["cells"] and server.usable:
            break  # else nothing of the student's has run yet, or a neighbour's server ended: the machine failed
    return put_together(source_notebook, cells, found, told, about, sandbox, time.monotonic() - began)


def job_cell(cell) -> dict:
    """A cell as the judge gets it."""
    return {"source": cell.source, "test": is_test(cell)}


def is_test(cell) -> bool:
    """Whether a cell of a sanitized notebook holds the tests of a task."""
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("grade")) and not marks.get("solution") and cell.cell_type == "code"


def put_together(source_notebook, cells, found, told, about, sandbox, seconds) -> Outcome:
    """The outcome of what the judge told of each cell and the monitor of the boxes."""
    reports = no_points(source_notebook)
    outputs, flags = {}, list(found.flags)
    for number, said in told["cells"].items():
        cell = cells[number]
        outputs[cell.id] = said.get("outputs", [])
        if not is_test(cell):
            continue
        task = notebooks.grade_id(cell).removeprefix(notebooks.TEST)
        if "report" in said:
            reports[task] = report_of(said["report"])
        else:
            error = said.get("author_error", "").strip().split("\n")[-1]
            flags.append(f"The tests of {task} did not finish and gave no points: {error}")
        if said.get("hidden_to_come"):
            flags.append(f"The hidden checks of {task} did not run: {about.get('failed', 'out of time')}.")
    flags += told["flags"] + about.get("notes", [])
    reason = None
    if len(told["cells"]) < len(cells):
        missing = len(cells) - len(told["cells"])
        flags.append(
            f"Grading ended {missing} cells before the end of the notebook: {about.get('failed', 'out of time')}."
        )
        if not told["cells"]:
            reason = "Grading could not begin."
    return Outcome(
        reports,
        outputs,
        tuple(dict.fromkeys(flags)),
        reason,
        sandbox.warning,
        round(seconds, 3),
        about.get("peak_memory", 0),
    )


def no_points(source_notebook: Path) -> dict[str, Report]:
    """A report without points for each task, for what is never reached."""
    master = master_of(source_notebook)
    found = {}
    for name, cell in notebooks.graded_cells(master).items():
        if is_test(cell):
            task = name.removeprefix(notebooks.TEST)
            found[task] = Report(task, cell.metadata["nbgrader"]["points"], ())
    return found


@functools.lru_cache(maxsize=8)
def _modules(path: str, changed: int) -> tuple[str, ...]:
    found = dict.fromkeys(ALWAYS)
    for cell in master_of(Path(path)).cells:
        if cell.cell_type == "code":
            found.update(dict.fromkeys(imported(cell.source)))
    return tuple(name for name in found if name.split(".")[0] not in COLD)


def modules_of(source_notebook: Path) -> tuple[str, ...]:
    """The libraries that a source notebook imports, which the warm server loads beforehand."""
    return _modules(str(source_notebook), source_notebook.stat().st_mtime_ns)


def imported(source: str) -> list[str]:
    """The modules that a cell of the instructor's imports."""
    try:
        tree = notebooks.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.M))
    except SyntaxError:
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [entry.name for entry in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return found


def data_files(source_notebook: Path) -> list[str]:
    """The files that lie beside the source notebook; nbgrader gives them to students, so they are no secret."""
    return [
        str(path.resolve())
        for path in sorted(source_notebook.parent.iterdir())
        if path.suffix != ".ipynb" and path.is_file()
    ]


def dumps(outcome: Outcome) -> str:
    """An outcome as one line."""
    return json.dumps(outcome.to_json(), ensure_ascii=True, sort_keys=True)

"""The frame of the corpus: a student's desk, the register of submissions, and writing them to a folder."""

import copy
import json
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

SET = "ps02-convolution"
POINTS = {"conv2d": 6, "pool2d": 5, "sizes": 6, "edges": 5, "conv1x1": 4, "network": 5, "fit": 5}
NOTHING = dict.fromkeys(POINTS, 0)
WHATEVER = {task: (0, points) for task, points in POINTS.items()}
LEAKED = "LEAKED"  # what attacks print before what they saw; no source spells it in one piece
MARK = "'LE' + 'AKED'"  # how they spell it

ROWS = {
    "wrong": "syntax error; partly wrong",
    "loop": "endless loop; loop that swallows interrupts",
    "cells": "deleted, duplicated, re-typed cell; edited metadata",
    "file": "broken JSON; not a notebook; empty file",
    "flood": "output flood, in many lines or one",
    "resources": "memory hog; fork bomb; os._exit; killed kernel",
    "detached": "child that detaches itself",
    "reach": "reads or writes gradebook, source, other submissions; network",
    "cheat": "patched asserts and modules, hooks, always-equal objects, forged verdicts, frames, In[]",
    "shadow": "module in the submission that shadows a library",
    "leak": "hidden test in traceback or output",
    "markup": "script or HTML in output",
    "warning": "harmless warning",
}


def grade_id(cell) -> str | None:
    """The name by which nbgrader knows a cell; damaged metadata have none."""
    marks = cell.metadata.get("nbgrader")
    return marks.get("grade_id") if isinstance(marks, dict) else None


@dataclass
class Desk:
    """A student's copy of the set; `data` is the file as it is handed in, where that is no notebook any more."""

    notebook: nbformat.NotebookNode
    answers: dict[str, str]  # right ones, by task
    data: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)  # beside the notebook
    name: str = f"{SET}.ipynb"
    links_to: str | None = None  # the notebook is a symbolic link to this

    def cell(self, name: str):
        """The cell that nbgrader knows by `name`."""
        return next(cell for cell in self.notebook.cells if grade_id(cell) == name)

    def at(self, name: str) -> int:
        """Where that cell stands."""
        return self.notebook.cells.index(self.cell(name))

    def put(self, name: str, source: str) -> None:
        """Replace a cell's source."""
        self.cell(name).source = textwrap.dedent(source).strip("\n")

    def before(self, name: str, source: str) -> None:
        """Put code before the answer in a task's cell."""
        cell = self.cell(name)
        cell.source = textwrap.dedent(source).strip("\n") + "\n\n\n" + cell.source

    def after(self, name: str, source: str) -> None:
        """Put code behind the answer in a task's cell."""
        cell = self.cell(name)
        cell.source += "\n\n\n" + textwrap.dedent(source).strip("\n")

    def only_if(self, name: str, source: str) -> None:
        """The task is solved only if `source`, an attack, sets `reached` to something true."""
        self.before(name, textwrap.dedent(source) + "\nif not reached:\n    raise RuntimeError('no gain')")

    def add(self, source: str, where: int | None = None, markdown: bool = False) -> None:
        """Add a cell of the student's own, by default as the last one."""
        make = new_markdown_cell if markdown else new_code_cell
        cell = make(textwrap.dedent(source).strip("\n"))
        self.notebook.cells.insert(len(self.notebook.cells) if where is None else where, cell)

    def unsolve(self) -> None:
        """Take every answer out again: what is earned from here on is earned by the attack."""
        for task in POINTS:
            self.put(task, "raise NotImplementedError()")

    def file(self) -> bytes:
        """The file as it is handed in."""
        if self.data is not None:
            return self.data
        return json.dumps(self.notebook).encode()  # nbformat's writer would mend what is broken on purpose


@dataclass(frozen=True)
class Submission:
    """A submission and what must come out of it.

    `marks` are the points of each task, one number or the least and the most. `flags` must all be set. Of `shown`
    everything must be in the feedback, of `absent` nothing. `whole` says that the file can be graded at all.
    """

    name: str
    row: str
    build: Callable[[Desk], None]
    marks: dict[str, float | tuple[float, float]]
    flags: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    whole: bool = True
    slow: bool = False  # waits for a limit

    @property
    def about(self) -> str:
        """What it does, in a line."""
        return (self.build.__doc__ or "").strip().split("\n")[0]


SUBMISSIONS: dict[str, Submission] = {}


def submission(row: str, marks: dict | None = None, whole: bool = True, **expected):
    """Register the decorated builder; `marks` names the tasks that do not get all their points."""
    if row not in ROWS:
        raise ValueError(f"{row!r} is no row of the table: {', '.join(ROWS)}")

    def register(build: Callable[[Desk], None]):
        name = build.__name__.strip("_").replace("_", "-")
        if name in SUBMISSIONS or not build.__doc__:
            raise ValueError(f"{name}: there twice, or without a sentence that says what it does")
        full = NOTHING if not whole else POINTS | (marks or {})
        SUBMISSIONS[name] = Submission(name, row, build, full, whole=whole, **expected)
        return build

    return register


def stopped(task: str, own: float = 0) -> dict[str, float | tuple[float, float]]:
    """Marks when the process ends in the cell of `task`: all before are kept, all later ones may be lost."""
    names = list(POINTS)
    later = names[names.index(task) + 1 :]
    return {task: own} | {name: (0, POINTS[name]) for name in later}


def solved_desk(blank, source) -> Desk:
    """A desk with the student version `blank`, every task answered as in the instructor's notebook `source`."""
    answers = {}
    for cell in source.cells:
        name = grade_id(cell)
        if name in POINTS:
            lines = [line for line in cell.source.split("\n") if "### " not in line]
            answers[name] = "\n".join(lines)
    desk = Desk(copy.deepcopy(blank), answers)
    for task, answer in answers.items():
        desk.put(task, answer)
    desk.put("why", "The output moves as the input does, and two small kernels see what a large one sees.")
    return desk


def handed_in(entry: Submission, blank, source) -> Desk:
    """The desk of a submission as it is handed in."""
    desk = solved_desk(blank, source)
    entry.build(desk)
    return desk


def write(folder: Path, blank, source, names: Iterable[str] | None = None) -> list[str]:
    """Write submissions as FOLDER/NAME/ps02-convolution.ipynb, with their other files beside; returns the names."""
    names = list(SUBMISSIONS if names is None else names)
    for name in names:
        desk = handed_in(SUBMISSIONS[name], blank, source)
        place = folder / name
        place.mkdir(parents=True)
        if desk.links_to is not None:
            (place / desk.name).symlink_to(desk.links_to)
        else:
            (place / desk.name).write_bytes(desk.file())
        for path, data in desk.files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)
    return names

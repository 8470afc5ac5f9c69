"""What a student handed in, made into the notebook that is graded: before anything else reads it.

The file is the student's, so nothing in it is believed but the text of the solution cells and of the cells the
student added. Every cell that nbgrader knows is there once, in its place, with the metadata of the source
and, if it is locked, the text of the source. Each repair is a sentence for the instructor. What cannot be
read at all becomes an untouched copy with a reason, so that it gets 0 points and a batch goes on.
"""

import ast
import copy
import functools
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.grading import notebooks

MOST_BYTES = 20 << 20
MOST_CELLS = 2_000
PICTURES = ("image/png", "image/jpeg")


class Unreadable(ValueError):  # noqa: N818 - about a file, not a fault of the program
    """The file is no notebook that can be graded; the message is a sentence for its student."""


@dataclass
class Sanitized:
    """The notebook to grade, the repairs as sentences, and why it could not be read, if so."""

    notebook: object
    flags: list[str] = field(default_factory=list)
    reason: str | None = None


@functools.lru_cache(maxsize=4)
def _master(path: str, changed: int):
    notebooks.import_quickly()
    import nbformat
    from nbgrader.preprocessors import ClearSolutions, ComputeChecksums, LockCells

    notebook = nbformat.reads(Path(path).read_text(encoding="utf-8"), as_version=4)
    for step in (
        ClearSolutions(),
        LockCells(),
        ComputeChecksums(),
    ):  # as the release does, up to the gradebook
        notebook, _ = step.preprocess(notebook, {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def master_of(source: Path):
    """The source notebook with solutions cleared and tests whole, as the gradebook has it."""
    return copy.deepcopy(_master(str(source), source.stat().st_mtime_ns))


def sanitize(source: Path, submitted: Path) -> Sanitized:
    """The notebook to grade for a submitted file."""
    master = master_of(source)
    try:
        cells, flags = read_cells(submitted)
    except Unreadable as error:
        return Sanitized(master, [], str(error))
    found = Repair(master, cells, flags).run()
    return Sanitized(found, flags)


def read_bytes(path: Path) -> bytes:
    """The bytes of a submitted file.

    Raises Unreadable for what is no plain file, is empty, or is too large to be a solved problem set.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise Unreadable(f"There is no readable file {path.name}.") from error
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(f"{path.name} is no plain file.")
        with open(handle, "rb", closefd=False) as file:
            data = b"" if about.st_size > MOST_BYTES else file.read(MOST_BYTES + 1)
        if about.st_size > MOST_BYTES or len(data) > MOST_BYTES:
            raise Unreadable(
                f"{path.name} has {about.st_size / 1e6:.0f} MB; at most {MOST_BYTES >> 20} MB are read. Clear the "
                "outputs and hand in again."
            )
    finally:
        os.close(handle)
    if not data.strip():
        raise Unreadable(f"{path.name} is empty. Save the notebook again and hand it in.")
    return data


def read_cells(path: Path) -> tuple[list[dict], list[str]]:
    """The cells of a submitted file in plain form, and sentences about those that had none.

    Raises Unreadable when there are none.
    """
    data = read_bytes(path)
    try:
        content = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            f"{path.name} is damaged and cannot be read as a notebook. Take a fresh copy and paste your code into it."
        ) from error
    if isinstance(content, dict) and "worksheets" in content:
        raise Unreadable(
            f"{path.name} is saved in an old format. Open it in JupyterLab, save it, and hand it in."
        )
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise Unreadable(f"{path.name} is not a notebook.")
    flags: list[str] = []
    if content.get("nbformat") != 4:
        flags.append("The number of the notebook's format was changed; it is read as format 4.")
    cells = [cell for cell in map(plain_cell, content["cells"][:MOST_CELLS]) if cell]
    if len(cells) != len(content["cells"]):
        flags.append(f"{len(content['cells']) - len(cells)} cells without a proper form were left out.")
    if not cells:
        raise Unreadable(f"{path.name} has no cells.")
    texts = {(cell["id"], cell["source"]) for cell in cells if cell["id"]}
    if len({identity for identity, _ in texts}) < len(texts):  # a copied cell has its text, too
        flags.append("The id of a cell was changed to that of another; each has one of its own again.")
    return cells, flags


def plain_cell(cell: object) -> dict | None:
    """A cell with its type, text, name and pictures, nothing else; None if it is none."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    text = cell.get("source", "")
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    if not isinstance(text, str):
        return None
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    marks = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    name = marks.get("grade_id") if isinstance(marks.get("grade_id"), str) else None
    identity = cell.get("id") if isinstance(cell.get("id"), str) else None
    # Lone surrogates, which JSON can hold, could not be saved again.
    text = text.encode("utf-8", "replace").decode()
    return {
        "type": cell["cell_type"],
        "source": text,
        "name": name,
        "id": identity,
        "marks": marks,
        "pictures": pictures(cell.get("attachments")),
    }


def pictures(attachments: object) -> dict:
    """The pictures attached to a written answer."""
    if not isinstance(attachments, dict):
        return {}
    kept = {}
    for name, bundle in attachments.items():
        if isinstance(bundle, dict):
            data = {kind: bundle[kind] for kind in PICTURES if isinstance(bundle.get(kind), str)}
            if data:
                kept[name] = data
    return kept


def squeezed(text: str) -> str:
    """A text without the white space that editors change."""
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


class Repair:
    """Puts a student's cells and the master's together."""

    def __init__(self, master, cells: list[dict], flags: list[str]):
        self.master, self.cells, self.flags = master, cells, flags
        self.known = notebooks.graded_cells(master)
        self.order = list(self.known)
        self.locked = {
            name: not cell.metadata["nbgrader"].get("solution") and not cell.metadata["nbgrader"].get("task")
            for name, cell in self.known.items()
        }

    def run(self):
        """The repaired notebook."""
        self.name_cells()
        self.drop_copies()
        self.place_missing()
        self.restore_order()
        notebook = copy.deepcopy(self.master)
        notebook.cells = [self.finished(cell) for cell in self.cells]
        self.number(notebook.cells)
        return notebook

    def name_cells(self) -> None:
        """Find the master's cells among the student's: by nbgrader's name, else by id, else by what they define."""
        for cell in self.cells:
            if cell["name"] not in self.known:
                if cell["marks"].get("grade") or cell["marks"].get("solution") or cell["marks"].get("task"):
                    self.flags.append(
                        "A cell claims marks that the problem set does not have; they were left out."
                    )
                cell["name"] = None
        for find in (self.by_id, self.by_text, self.by_definitions):
            present = {cell["name"] for cell in self.cells}
            missing = [name for name in self.order if name not in present]
            for cell in self.cells:
                name = find(cell, missing) if cell["name"] is None else None
                if name:
                    cell["name"] = name
                    missing.remove(name)
                    self.flags.append(f"The cell {name} had lost its mark; it was found and marked again.")

    def by_id(self, cell: dict, missing: list[str]) -> str | None:
        """The missing cell that has this cell's id."""
        return next((name for name in missing if self.known[name].get("id") == cell["id"]), None)

    def by_text(self, cell: dict, missing: list[str]) -> str | None:
        """The missing cell that students must not change and that has this cell's text."""
        text = squeezed(cell["source"])
        locked = [name for name in missing if self.locked[name]]
        return next((name for name in locked if text in self.texts(name)), None)

    def texts(self, name: str) -> tuple[str, str]:
        """The text of a locked cell as graders and as students have it."""
        source = self.known[name].source
        return squeezed(source), squeezed(notebooks.split_hidden(source)[0])

    def by_definitions(self, cell: dict, missing: list[str]) -> str | None:
        """The missing solution cell whose functions and classes this cell defines."""
        found = defined(cell["source"]) if cell["type"] == "code" else frozenset()
        for name in missing:
            wanted = defined(self.known[name].source) if not self.locked[name] else frozenset()
            if wanted and wanted <= found:
                return name
        return None

    def drop_copies(self) -> None:
        """Keep one cell of each name: of solutions the last that is not the empty form, of others the first."""
        chosen: dict[str, int] = {}
        for index, cell in enumerate(self.cells):
            name = cell["name"]
            if name is None:
                continue
            blank = squeezed(cell["source"]) == squeezed(self.known[name].source)
            if name not in chosen or not (self.locked[name] or blank):
                chosen[name] = index
        kept = [
            cell
            for index, cell in enumerate(self.cells)
            if cell["name"] is None or chosen[cell["name"]] == index
        ]
        if len(kept) < len(self.cells):
            names = {cell["name"] for cell in self.cells if all(cell is not other for other in kept)}
            for name in sorted(names):
                self.flags.append(f"The cell {name} was there more than once; one was kept.")
        self.cells[:] = kept

    def restore_order(self) -> None:
        """Put known cells into the order of the source; the student's own cells stay where they are."""
        places = [index for index, cell in enumerate(self.cells) if cell["name"]]
        cells = sorted(
            (self.cells[index] for index in places), key=lambda cell: self.order.index(cell["name"])
        )
        if any(self.cells[index] is not cell for index, cell in zip(places, cells, strict=True)):
            self.flags.append("The cells stood in another order; it was turned back.")
        for index, cell in zip(places, cells, strict=True):
            self.cells[index] = cell

    def place_missing(self) -> None:
        """Put missing cells back behind the one before, and checks that stand above their task below it."""
        for position, name in enumerate(self.order):
            places = {cell["name"]: index for index, cell in enumerate(self.cells) if cell["name"]}
            task = name.removeprefix(notebooks.TEST)
            if name not in places:
                before = places.get(self.order[position - 1], -1) if position else -1
                self.cells.insert(before + 1, {"name": name, "type": "", "source": None, "pictures": {}})
                self.flags.append(f"The cell {name} was missing; it was put back.")
            elif name.startswith(notebooks.TEST) and task in places and places[name] < places[task]:
                moved = self.cells.pop(places[name])
                self.cells.insert(places[task], moved)
                self.flags.append(f"The cell {name} stood above its task; it was put below.")

    def finished(self, cell: dict):
        """A cell of the repaired notebook."""
        from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

        if cell["name"] is None:
            make = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[cell["type"]]
            made = make(cell["source"])
        else:
            name = cell["name"]
            made = copy.deepcopy(self.known[name])
            if cell["source"] is not None:
                self.compare(name, cell, made)
                if not self.locked[name]:
                    made.source = cell["source"]
        if cell["pictures"] and made.cell_type == "markdown":
            made.attachments = cell["pictures"]
        return made

    def compare(self, name: str, cell: dict, made) -> None:
        """Flag what a student's cell has otherwise than the master's."""
        if cell["type"] != made.cell_type:
            self.flags.append(f"The cell {name} was turned into a {cell['type']} cell; it was turned back.")
        if self.locked[name] and squeezed(cell["source"]) not in self.texts(name):
            self.flags.append(f"The cell {name} was changed; the original was put back.")
        marks = made.metadata["nbgrader"]
        wrong = [
            key
            for key in ("grade", "solution", "locked", "points", "task", "schema_version")
            if key in cell["marks"] and cell["marks"][key] != marks.get(key)
        ]
        if wrong:
            self.flags.append(
                f"The marks of the cell {name} were changed ({', '.join(wrong)}); they were put back."
            )

    def number(self, cells: list) -> None:
        """Give every cell an id of its own, the same each time."""
        taken = {cell.id for cell in cells if notebooks.grade_id(cell)}
        for index, cell in enumerate(cells):
            if not notebooks.grade_id(cell):
                cell.id = next(
                    name
                    for name in (f"cell-{index}", f"own-cell-{index}", f"own-cell-{index}-")
                    if name not in taken
                )


def defined(source: str) -> frozenset[str]:
    """The functions and classes that a cell defines, also one that IPython alone can read, or that does not compile."""
    try:
        body = notebooks.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        import re

        return frozenset(re.findall(r"^(?:def|class)\s+(\w+)", source, re.M))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in body if isinstance(node, kinds))

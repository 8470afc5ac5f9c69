"""Damaged notebooks and files: cells deleted, doubled, re-typed; metadata edited; what is no notebook at all."""

import copy
import json

from hostile.corpus import NOTHING, POINTS, Desk, submission

REPAIRED = ("repaired",)


def marks(desk: Desk, name: str) -> dict:
    """nbgrader's metadata of a cell."""
    return desk.cell(name).metadata["nbgrader"]


# ---- cells


@submission("cells", flags=REPAIRED)
def deleted_test(desk: Desk) -> None:
    """A test cell is deleted."""
    desk.notebook.cells.remove(desk.cell("test-conv2d"))


@submission("cells", NOTHING | {"conv2d": 6}, flags=REPAIRED)
def deleted_everything_else(desk: Desk) -> None:
    """Only the set-up and one answer are left."""
    desk.notebook.cells = [desk.cell("setup"), desk.cell("conv2d")]


@submission("cells", {"conv2d": 0}, flags=REPAIRED)
def deleted_answer(desk: Desk) -> None:
    """A solution cell is deleted."""
    desk.notebook.cells.remove(desk.cell("conv2d"))


@submission("cells", flags=REPAIRED)
def deleted_setup(desk: Desk) -> None:
    """The locked set-up cell with its imports is deleted."""
    desk.notebook.cells.remove(desk.cell("setup"))


@submission("cells", flags=REPAIRED)
def doubled_test(desk: Desk) -> None:
    """A test cell is there twice, as by copy and paste."""
    desk.notebook.cells.insert(desk.at("test-pool2d"), copy.deepcopy(desk.cell("test-pool2d")))


@submission("cells", flags=REPAIRED)
def doubled_answer(desk: Desk) -> None:
    """A solution cell is there twice, with the same text."""
    desk.notebook.cells.insert(desk.at("pool2d"), copy.deepcopy(desk.cell("pool2d")))


@submission("cells", flags=REPAIRED)
def doubled_notebook(desk: Desk) -> None:
    """Every cell is there twice, the second half with new cell ids."""
    again = copy.deepcopy(desk.notebook.cells)
    for count, cell in enumerate(again):
        cell.id = f"again-{count}"
    desk.notebook.cells += again


@submission("cells", flags=REPAIRED)
def retyped_test(desk: Desk) -> None:
    """A test cell became Markdown."""
    cell = desk.cell("test-sizes")
    cell.cell_type = "markdown"
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


@submission("cells", {"sizes": (0, 6)}, flags=REPAIRED)
def retyped_answer(desk: Desk) -> None:
    """A solution cell became Markdown; its text is still there."""
    cell = desk.cell("sizes")
    cell.cell_type = "markdown"
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


@submission("cells", flags=REPAIRED)
def retyped_text(desk: Desk) -> None:
    """The written answer became code."""
    cell = desk.cell("why")
    cell.cell_type = "code"
    cell.outputs, cell.execution_count = [], None


@submission("cells", NOTHING, flags=REPAIRED)
def emptied_tests(desk: Desk) -> None:
    """No answers, and every test cell holds the full score."""
    desk.unsolve()
    for task, points in POINTS.items():
        desk.put(f"test-{task}", str(points))


@submission("cells", flags=REPAIRED)
def reordered(desk: Desk) -> None:
    """The cells are in the opposite order."""
    desk.notebook.cells.reverse()


# ---- metadata


@submission("cells", {"conv2d": 2}, flags=REPAIRED)
def more_points(desk: Desk) -> None:
    """Points set to 1000, with one of the checks passed."""
    desk.put("conv2d", desk.answers["conv2d"].replace("window * kernel", "window * kernel[::-1, ::-1]"))
    marks(desk, "test-conv2d")["points"] = 1000


@submission("cells", {"conv2d": 2}, flags=REPAIRED)
def fewer_points(desk: Desk) -> None:
    """Points set so that one passed check is everything."""
    desk.put("conv2d", desk.answers["conv2d"].replace("window * kernel", "window * kernel[::-1, ::-1]"))
    marks(desk, "test-conv2d")["points"] = 1


@submission("cells", flags=REPAIRED)
def not_graded(desk: Desk) -> None:
    """The flags that make cells graded, locked and solutions are all off."""
    for cell in desk.notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] |= {"grade": False, "solution": False, "locked": False}


@submission("cells", NOTHING, flags=REPAIRED)
def tests_as_answers(desk: Desk) -> None:
    """Test cells are declared the student's to write, and hold the score."""
    desk.unsolve()
    for task, points in POINTS.items():
        marks(desk, f"test-{task}").update(solution=True, locked=False)
        desk.put(f"test-{task}", f"{points}")


@submission("cells", flags=REPAIRED)
def old_schema(desk: Desk) -> None:
    """Metadata of nbgrader's first schema."""
    for cell in desk.notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"]["schema_version"] = 1


@submission("cells", flags=REPAIRED)
def future_schema(desk: Desk) -> None:
    """Metadata of a schema that does not exist yet."""
    marks(desk, "test-fit")["schema_version"] = 99


@submission("cells", {"conv1x1": (0, 4), "network": (0, 5)})
def swapped_ids(desk: Desk) -> None:
    """Two solution cells carry each other's name."""
    one, other = marks(desk, "conv1x1"), marks(desk, "network")
    one["grade_id"], other["grade_id"] = other["grade_id"], one["grade_id"]


@submission("cells", {"edges": 0}, flags=REPAIRED)
def renamed_id(desk: Desk) -> None:
    """A solution cell has a name of its own, and the task's answer is nowhere."""
    marks(desk, "edges")["grade_id"] = "my-edges"
    desk.put("my-edges", "pass")


@submission("cells", flags=REPAIRED)
def metadata_of_other_types(desk: Desk) -> None:
    """nbgrader's metadata are a list, a number, nothing."""
    marks(desk, "test-edges").update(points="many", grade="yes", schema_version="new")
    for name, value in (("test-conv2d", [1, 2]), ("test-pool2d", 5), ("test-sizes", None)):
        desk.cell(name).metadata["nbgrader"] = value


@submission("cells", NOTHING, flags=REPAIRED)
def graded_cells_of_their_own(desk: Desk) -> None:
    """A graded cell of the student's own, worth 100 points."""
    desk.unsolve()
    desk.add("100")
    desk.notebook.cells[-1].metadata["nbgrader"] = marks(desk, "test-fit") | {
        "grade_id": "test-bonus",
        "points": 100,
    }


@submission("cells")
def no_kernel(desk: Desk) -> None:
    """The notebook asks for a kernel that runs shell commands."""
    desk.notebook.metadata = {"kernelspec": {"name": "bash", "language": "bash", "display_name": "Bash"}}


@submission("cells", {task: (0, points) for task, points in POINTS.items()})
def old_notebook_format(desk: Desk) -> None:
    """Declares version 4.0, in which cells have no ids."""
    desk.notebook.nbformat_minor = 0
    for cell in desk.notebook.cells:
        cell.pop("id", None)


@submission("cells", flags=REPAIRED)
def the_same_cell_id_everywhere(desk: Desk) -> None:
    """All cells have one id."""
    for cell in desk.notebook.cells:
        cell.id = "same"


# ---- files

UNREADABLE = {"whole": False}


@submission("file", **UNREADABLE)
def broken_json(desk: Desk) -> None:
    """The file ends in the middle."""
    desk.data = desk.file()[:5000]


@submission("file", **UNREADABLE)
def empty_file(desk: Desk) -> None:
    """Nothing in the file."""
    desk.data = b""


@submission("file", **UNREADABLE)
def blank_file(desk: Desk) -> None:
    """White space."""
    desk.data = b" \n" * 10


@submission("file", **UNREADABLE)
def a_pdf(desk: Desk) -> None:
    """A printed notebook under the name of a notebook."""
    desk.data = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n" + bytes(range(256)) * 20


@submission("file", **UNREADABLE)
def a_json_list(desk: Desk) -> None:
    """JSON, but not a notebook."""
    desk.data = json.dumps([1, 2, {"cells": []}]).encode()


@submission("file", **UNREADABLE)
def deeply_nested_json(desk: Desk) -> None:
    """JSON that is a list in a list, a hundred thousand deep."""
    desk.data = b"[" * 100_000 + b"]" * 100_000


@submission("file", **UNREADABLE)
def cells_of_wrong_types(desk: Desk) -> None:
    """Notebook JSON whose cells are numbers."""
    desk.data = json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, None, "x"]}
    ).encode()


@submission("file", **UNREADABLE)
def huge_file(desk: Desk) -> None:
    """A notebook of 80 MB."""
    desk.add("# " + "x" * 80_000_000)


@submission("file", **UNREADABLE)
def a_binary_file(desk: Desk) -> None:
    """Zeros."""
    desk.data = bytes(10_000)


@submission("file", **UNREADABLE)
def another_name(desk: Desk) -> None:
    """The notebook has another name, so none was handed in."""
    desk.name = "my solution (final 2).ipynb"


@submission("file", **UNREADABLE)
def a_link_to_the_source(desk: Desk) -> None:
    """The notebook is a symbolic link to the instructor's."""
    desk.links_to = "../../solutions/ps02-convolution/ps02-convolution.ipynb"


@submission("file", **UNREADABLE)
def version_3(desk: Desk) -> None:
    """A notebook of format 3, as old editors write it, without any of the set's cells."""
    desk.data = json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": "x"},
            "worksheets": [{"cells": [], "metadata": {}}],
        }
    ).encode()

"""Problem-set notebooks as files: finding them, reading them, their tasks and their hidden lines."""

import ast
import sys
import threading
from pathlib import Path

BEGIN, END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
TEST = "test-"  # grade_id of a task's test cell: this, then the task's name


class GradingError(ValueError):
    """Something that the user of a command can mend; the message says what and how."""


class NotebookError(GradingError):
    """A file that cannot be read as a problem set."""


def find_root(start: Path | None = None) -> Path:
    """The course folder (the one that holds `solutions/`) at or above `start`, by default the working folder.

    Raises GradingError when there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "solutions").is_dir():
            return folder
    raise GradingError(
        f"no folder solutions/ in {start} or above it: run this in an instructor's course folder"
    )


def find_set(root: Path, problem_set: str) -> str:
    """The full name of a problem set given by its beginning: ps02 -> ps02-convolution.

    Raises GradingError unless exactly one set begins so.
    """
    names = sorted(folder.name for folder in (root / "solutions").iterdir() if folder.is_dir())
    found = [name for name in names if name == problem_set or name.startswith(problem_set + "-")]
    if len(found) != 1:
        raise GradingError(
            f"{problem_set!r} names {len(found)} problem sets; there are: {', '.join(names) or 'none'}"
        )
    return found[0]


def source(root: Path, problem_set: str) -> Path:
    """The source notebook of a problem set, given by its full name."""
    return root / "solutions" / problem_set / f"{problem_set}.ipynb"


def import_quickly() -> None:
    """Import jsonschema, which nbformat needs, without the parsers of web addresses that take it a second.

    Where the package rfc3987_syntax is installed (jupyter-events wants it), jsonschema builds 38 grammars when it
    is imported. No schema of a notebook has an address to check; without the package jsonschema does without.
    """
    if "jsonschema" in sys.modules or "rfc3987_syntax" in sys.modules:
        return
    sys.modules["rfc3987_syntax"] = None  # Python's way to say that there is no such package
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules["rfc3987_syntax"]


_parsing = threading.Lock()


def parse(source: str) -> ast.Module:
    """The syntax tree of source code, for a process in which several threads grade.

    In Python 3.11, threads that parse at once may make each other fail with a SystemError (python/cpython#106905).
    """
    with _parsing:
        return ast.parse(source)


def read(path: Path):
    """The notebook in a file.

    Raises NotebookError for a missing, empty or broken file and for one that is no notebook.
    """
    import_quickly()
    import nbformat

    if not path.is_file():
        raise NotebookError(f"{path}: there is no such file. Is the name spelled right, and the folder?")
    if path.suffix != ".ipynb":
        raise NotebookError(f"{path.name} is not a notebook: its name should end in .ipynb")
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.strip():
        raise NotebookError(f"{path.name} is empty. Save the notebook again, or take a fresh copy.")
    try:
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises many kinds for what is not a notebook
        reason = str(error).splitlines()[0][:200]
        raise NotebookError(
            f"{path.name} is damaged and cannot be read as a notebook ({reason}). Take a fresh copy of the problem "
            "set and paste your code into it."
        ) from error
    return notebook


def grade_id(cell) -> str | None:
    """The name by which nbgrader knows a cell."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def graded_cells(notebook) -> dict[str, object]:
    """All cells that nbgrader knows, by name, in order."""
    return {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}


def tasks(notebook) -> dict[str, tuple[object, object]]:
    """The automatically graded tasks in order: name -> (solution cell, test cell)."""
    cells = graded_cells(notebook)
    return {
        name.removeprefix(TEST): (cells[name.removeprefix(TEST)], cell)
        for name, cell in cells.items()
        if name.startswith(TEST)
    }


def split_result(source: str) -> tuple[object, object]:
    """A test cell compiled in two parts: all but its last expression, and that expression.

    Raises ValueError when it does not end in an expression.
    """
    tree = parse(source)
    last = tree.body.pop() if tree.body else None
    if not isinstance(last, ast.Expr):
        raise ValueError("the last line of a test cell has to be check.score()")
    return compile(tree, "<tests>", "exec"), compile(ast.Expression(last.value), "<tests>", "eval")


def split_hidden(source: str) -> tuple[str, list[str]]:
    """The source without its hidden tests, and the hidden lines."""
    kept, hidden, inside = [], [], False
    for line in source.split("\n"):
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        else:
            (hidden if inside else kept).append(line)
    return "\n".join(kept), hidden


def secret_lines(notebook) -> set[str]:
    """The lines of hidden tests that give something away, unindented: not the short ones, nor those of visible code."""
    visible, hidden = set(), set()
    for cell in notebook.cells:
        kept, secret = split_hidden(cell.source)
        visible.update(line.strip() for line in kept.split("\n"))
        hidden.update(line.strip() for line in secret)
    return {line for line in hidden - visible if len(line) >= 16}

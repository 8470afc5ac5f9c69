"""Small deliberate mistakes in a reference solution, to see whether the tests of its task notice them."""

import ast
import copy
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.answers.bank import Exam, bank_folder

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.USub: ast.UAdd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SECONDS = 2  # that a mutant's call may take


@dataclass(frozen=True)
class Mutant:
    """A task's solution with one change; `change` is the changed statement, before and after."""

    task: str
    change: str
    source: str


def edits(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    """The changes that one node of a syntax tree admits, each a function that changes a copy of the node in place."""
    if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        yield lambda at: setattr(at, "op", OPERATORS[type(at.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OPERATORS:
        yield lambda at: at.ops.__setitem__(0, OPERATORS[type(at.ops[0])]())
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda at: setattr(at, "value", not at.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield lambda at: setattr(at, "value", at.value + 1)
    if isinstance(node, ast.IfExp):
        yield swap_branches
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        yield lambda at: at.args.__setitem__(slice(0, 2), at.args[1::-1])
    if isinstance(node, ast.Call):
        for position in range(len(node.keywords)):
            yield lambda at, position=position: at.keywords.pop(position)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield lambda at: at.elts.reverse()
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield lambda at: setattr(at, "value", ast.Constant(None))


def swap_branches(node: ast.IfExp) -> None:
    """Exchange what a conditional expression gives if true and if false."""
    node.body, node.orelse = node.orelse, node.body


def mutants(task: str, source: str) -> list[Mutant]:
    """All solutions that differ from `source` in one place, in the order of the places."""
    tree = ast.parse(source)
    found = []
    for index, node in enumerate(ast.walk(tree)):
        for edit in edits(node):
            changed = copy.deepcopy(tree)
            edit(list(ast.walk(changed))[index])
            if ast.unparse(changed) != ast.unparse(tree):  # exchanging two equal arguments changes nothing
                found.append(Mutant(task, difference(tree, changed), ast.unparse(changed)))
    return found


def difference(before: ast.AST, after: ast.AST) -> str:
    """The line that changed, as `old -> new`."""
    pairs = zip(ast.unparse(before).split("\n"), ast.unparse(after).split("\n"), strict=False)
    old, new = next((old.strip(), new.strip()) for old, new in pairs if old != new)
    return f"{old} -> {new}"


def equivalent(root: Path, problem_set: str) -> dict[str, dict[str, str]]:
    """The changes that change nothing a student could be blamed for: task -> change -> the reason."""
    with (bank_folder(root, problem_set) / "equivalent.toml").open("rb") as file:
        return tomllib.load(file)


def survivors(exam: Exam) -> tuple[list[Mutant], int]:
    """The mutants of all reference solutions that still get full marks, and the number of all mutants."""
    everyone = [mutant for task, (cell, _) in exam.tasks.items() for mutant in mutants(task, cell.source)]
    alive = []
    for mutant in everyone:
        report = exam.mark(mutant.task, mutant.source, SECONDS)
        if report.earned == report.points:
            alive.append(mutant)
    return alive, len(everyone)

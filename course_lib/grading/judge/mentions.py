"""Which forbidden names a student's code mentions, found by reading it: the second line behind the trap.

The trap in the student's process sees a call by whatever name, but shares that process with the student's code.
Reading happens beside the judge, out of reach, and sees what is written: imports, aliases, dotted names,
`getattr` with a constant. Code that builds a name at run time passes; a person sees it in the notebook.
Only what a checked function can reach through the notebook's own names counts: another task may use the name.
"""

import ast
import symtable
from collections.abc import Iterator


class Mentions:
    """The student's cells so far: what each global name is defined by, and what it is an alias of."""

    def __init__(self):
        self.defined: dict[str, list[ast.AST]] = {}
        self.aliases: dict[str, str] = {}

    def add(self, source: str) -> None:
        """Read a cell. One that Python alone cannot read (a magic, a syntax error) is read line by line."""
        for tree in parsed(source):
            self.imports(tree)
            for node in getattr(tree, "body", []):
                for name in bound(node):
                    self.defined.setdefault(name, []).append(node)

    def imports(self, tree: ast.AST) -> None:
        """Note what import statements anywhere in the cell call things."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for entry in node.names:
                    full = entry.name if entry.asname else entry.name.split(".")[0]
                    self.aliases[entry.asname or full] = full
            elif isinstance(node, ast.ImportFrom) and node.module:
                for entry in node.names:
                    self.aliases[entry.asname or entry.name] = f"{node.module}.{entry.name}"

    def reached(self, name: str) -> set[str]:
        """All dotted names that the definition of `name` mentions, directly or by way of other definitions."""
        found, seen, waiting = set(), set(), [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for node in self.defined.get(current, []):
                waiting += global_names(node)
                for dotted in dotted_names(node):
                    head, _, rest = dotted.partition(".")
                    found.add(self.aliases.get(head, head) + (f".{rest}" if rest else ""))
        return found

    def forbidden(self, name: str, forbid: tuple[str, ...]) -> str | None:
        """The first forbidden name that `name` leads to, if any."""
        found = self.reached(name) if forbid else set()
        return next((item for item in forbid if any(same_name(item, full) for full in found)), None)


def rules(tests: str) -> tuple[tuple[str, ...], list[str]]:
    """What a test cell forbids, and the names of the student's objects that its checks use.

    Raises SyntaxError for what is no Python, ValueError where `forbid` is neither written out nor a name for what is.
    """
    tree = ast.parse(tests)
    forbidden: dict[str, None] = {}
    students: dict[str, None] = {}
    given = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "forbid":
            value = given.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
            forbidden.update(dict.fromkeys(ast.literal_eval(value)))
        if isinstance(node, ast.FunctionDef) and any(map(registers, node.decorator_list)):
            students.update(dict.fromkeys(argument.arg for argument in node.args.args))
    return tuple(forbidden), list(students)


def registers(decorator: ast.expr) -> bool:
    """Whether a decorator makes a function a check."""
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("visible", "hidden")
    )


def same_name(forbidden: str, written: str) -> bool:
    """Whether a written name is the forbidden one, or a part of it under the same last names."""
    return written == forbidden or written.startswith(forbidden + ".")


def parsed(source: str) -> Iterator[ast.Module]:
    """The syntax trees of a cell."""
    try:
        yield ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))]
        try:
            yield ast.parse("\n".join(lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return


def bound(node: ast.stmt) -> list[str]:
    """The global names that a top-level statement gives a value."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    return [
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    ]


def global_names(node: ast.stmt) -> set[str]:
    """The notebook's names that a top-level statement may use; a function's own variables are none of them."""
    try:
        waiting, found = [symtable.symtable(ast.unparse(node), "cell", "exec")], set()
    except (SyntaxError, ValueError, RecursionError):  # written to be hard to read: every name counts
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        top = table.get_type() == "module"
        found |= {symbol.get_name() for symbol in table.get_symbols() if top or symbol.is_global()}
    return found


def dotted_names(tree: ast.AST) -> Iterator[str]:
    """All names in a tree, attributes with what they are of: `a.b.c`, also where written `getattr(a.b, "c")`."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
            text = dotted(node)
            if text:
                yield text


def dotted(node: ast.AST) -> str:
    """A name, attribute or getattr call as a dotted name, or an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        match node.args:
            case [target, ast.Constant(value=str(name)), *_]:
                left = dotted(target)
                return f"{left}.{name}" if left else ""
    return ""

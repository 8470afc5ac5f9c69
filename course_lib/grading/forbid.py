"""Names that a task forbids, made unusable while the student's code runs."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager


class ForbiddenCall(Exception):  # noqa: N818 - the student sees this name in a traceback
    """Raised in place of a call that the task forbids."""


def resolve(name: str) -> tuple[object, str]:
    """The module or class that holds a dotted name, and the last part of the name.

    Raises ValueError when there is no such name: a task must not forbid what does not exist.
    """
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            holder: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:-1]:
            holder = getattr(holder, part, None)
        if hasattr(holder, parts[-1]):
            return holder, parts[-1]
        break
    raise ValueError(f"forbid={name!r} names nothing that can be imported: check the spelling")


class Forbidden:
    """Replaces forbidden functions, methods and classes by ones that raise, and remembers who was called.

    This stops honest use, not malice: in one process a determined student can find another way.
    """

    def __init__(self, names: tuple[str, ...]):
        self.names = names
        self.used: list[str] = []

    def _trap(self, name: str):
        def trapped(*args, **kwargs):
            self.used.append(name)
            raise ForbiddenCall(f"{name} must not be used in this task: write the computation yourself")

        return trapped

    @contextmanager
    def active(self, namespace: dict) -> Iterator[None]:
        """Forbid the names inside the block, also where `namespace` holds them under another name."""
        undo = []
        self.used.clear()
        try:
            for name in self.names:
                holder, last = resolve(name)
                target = getattr(holder, last)
                if isinstance(target, type):  # replacing the class itself would break isinstance elsewhere
                    holder, last, target = target, "__init__", target.__init__
                trap = self._trap(name)
                setattr(holder, last, trap)
                undo.append((setattr, holder, last, target))
                for alias in [key for key, value in namespace.items() if value is target]:
                    namespace[alias] = trap
                    undo.append((dict.__setitem__, namespace, alias, target))
            yield
        finally:
            for put, *where in reversed(undo):
                put(*where)

"""Names that a task forbids, made unusable while the student's code runs."""

import importlib
import sys
from collections.abc import Callable, Iterator
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

    A profiler sees calls of the originals too, by whatever name the code kept them. In one process a
    determined student can find another way; taking the profiler away counts as a forbidden call.
    """

    def __init__(self, names: tuple[str, ...]):
        self.names = names
        self.used: list[str] = []

    def _trap(self, name: str):
        def trapped(*args, **kwargs):
            self.used.append(name)
            raise ForbiddenCall(f"{name} must not be used in this task: write the computation yourself")

        return trapped

    def _targets(self) -> list[tuple[str, object, str, object]]:
        """Each forbidden name with the holder and attribute to replace, and what is there now."""
        found = []
        for name in self.names:
            holder, last = resolve(name)
            target = getattr(holder, last)
            if isinstance(target, type):  # replacing the class itself would break isinstance elsewhere
                holder, last, target = target, "__init__", target.__init__
            found.append((name, holder, last, target))
        return found

    @contextmanager
    def active(self, namespace: dict) -> Iterator[None]:
        """Forbid the names inside the block, also where `namespace` holds them under another name."""
        undo = []
        self.used.clear()
        targets = self._targets()
        try:
            for name, holder, last, target in targets:
                trap = self._trap(name)
                setattr(holder, last, trap)
                undo.append((setattr, holder, last, target))
                for alias in [key for key, value in namespace.items() if value is target]:
                    namespace[alias] = trap
                    undo.append((dict.__setitem__, namespace, alias, target))
            with self._profiled(targets):
                yield
        finally:
            for put, *where in reversed(undo):
                put(*where)

    @contextmanager
    def _profiled(self, targets: list) -> Iterator[None]:
        """Note calls of the originals inside the block."""
        if not targets:
            yield
            return
        builtins = {id(target): name for name, _, _, target in targets if not hasattr(target, "__code__")}
        codes = {target.__code__: name for name, _, _, target in targets if hasattr(target, "__code__")}

        def look(frame, event: str, called: object) -> None:
            name = None
            if event == "c_call":
                name = builtins.get(id(called))
            elif event == "call":
                name = codes.get(frame.f_code)
            if name:
                self.used.append(name)

        before = sys.getprofile()
        sys.setprofile(look)
        ended_look = False
        try:
            yield
        except BaseException as error:
            ended_look = passed_through(error, look)
            raise
        finally:
            # Python takes a profiler away in which an exception arises, such as the end of the time. The call has
            # failed then; whoever catches it goes on without a profiler, and is found here.
            if sys.getprofile() is not look and not ended_look:
                self.used.append("sys.setprofile")
            sys.setprofile(before)


def passed_through(error: BaseException, function: Callable) -> bool:
    """Whether an exception arose in `function` or in what it called."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is function.__code__:
            return True
        trace = trace.tb_next
    return False

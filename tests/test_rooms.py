"""What holds for every room of the package: true examples, and names that are loaded when they are first used."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import course_lib

SOURCES = {
    module.name: Path(module.module_finder.path, module.name.rpartition(".")[2])
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib.")
}
TEXTS = {
    name: (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
    for name, path in SOURCES.items()
}
WITH_EXAMPLES = sorted(name for name, text in TEXTS.items() if ">>> " in text)
LATE = ("course_lib.by_hand", "course_lib.diagnosis", "course_lib.training")


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_every_example_in_a_docstring_is_true(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("room", LATE)
def test_every_listed_name_is_defined_in_its_module(room):
    package = importlib.import_module(room)
    for name, module in package.LATER.items():
        assert getattr(package, name) is vars(importlib.import_module(f"{room}.{module}"))[name], name


@pytest.mark.parametrize("room", LATE)
def test_type_checkers_see_the_names_that_are_loaded_later(room):
    package = importlib.import_module(room)
    block = next(node for node in ast.parse(inspect.getsource(package)).body if isinstance(node, ast.If))
    seen = {alias.name: node.module.rpartition(".")[2] for node in block.body for alias in node.names}
    assert seen == package.LATER
    assert set(seen) <= set(package.__all__)


@pytest.mark.parametrize("room", LATE)
def test_an_unknown_name_is_an_attribute_error(room):
    with pytest.raises(AttributeError, match="has no attribute 'unknown'"):
        getattr(importlib.import_module(room), "unknown")  # noqa: B009 -- the access is the test


@pytest.mark.parametrize("room", LATE)
def test_importing_a_room_loads_no_framework(room):
    heavy = {"torch", "tensorflow", "keras", "numpy", "matplotlib", "torchmetrics"}
    code = f"import sys, {room}; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

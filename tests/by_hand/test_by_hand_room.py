"""The room as a whole: what it lists, what importing it loads, and that every example in a docstring is true."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

from course_lib import by_hand

MODULES = sorted(module.name for module in pkgutil.iter_modules(by_hand.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_every_example_in_a_docstring_is_true(name):
    result = doctest.testmod(importlib.import_module(f"course_lib.by_hand.{name}"))
    assert result.failed == 0
    assert result.attempted > 0


def test_importing_the_room_loads_no_framework():
    heavy = {"torch", "tensorflow", "keras", "numpy", "matplotlib", "torchmetrics"}
    code = f"import sys, course_lib.by_hand; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_listed_name_is_defined_in_its_module():
    for name in by_hand.__all__:
        module = importlib.import_module(f"course_lib.by_hand.{by_hand.LATER[name]}")
        assert getattr(by_hand, name) is vars(module)[name], name


def test_type_checkers_see_the_same_names():
    block = next(node for node in ast.parse(inspect.getsource(by_hand)).body if isinstance(node, ast.If))
    seen = {alias.name: node.module.rpartition(".")[2] for node in block.body for alias in node.names}
    assert seen == by_hand.LATER
    assert sorted(seen) == sorted(by_hand.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Adamm'"):
        by_hand.Adamm  # noqa: B018 -- the access is the test


@pytest.mark.parametrize("name", MODULES)
def test_the_room_imports_no_other_room(name):
    tree = ast.parse(inspect.getsource(importlib.import_module(f"course_lib.by_hand.{name}")))
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [module for module in imported if module.startswith("course_lib")] == []

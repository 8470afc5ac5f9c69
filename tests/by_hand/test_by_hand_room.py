"""The room as a whole: it stands alone."""

import ast
import importlib
import inspect
import pkgutil

import pytest

from course_lib import by_hand

MODULES = sorted(module.name for module in pkgutil.iter_modules(by_hand.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_the_room_imports_no_other_room(name):
    tree = ast.parse(inspect.getsource(importlib.import_module(f"course_lib.by_hand.{name}")))
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [module for module in imported if module.startswith("course_lib")] == []

"""API pages: names that a room loads only when they are used must be there when autodoc looks for them."""

import importlib
import re

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

AUTOMODULE = re.compile(r"^\.\. automodule:: (\S+)", re.MULTILINE)


def load_lazy_names(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put every name of a documented module's `__all__` into the module."""
    for name in AUTOMODULE.findall(source[0]):
        module = importlib.import_module(name)
        if not hasattr(module, "__all__"):
            raise ExtensionError(
                f"{docname}: expected {name} to list its public names in __all__, found no such list"
            )
        vars(module).update({public: getattr(module, public) for public in module.__all__})

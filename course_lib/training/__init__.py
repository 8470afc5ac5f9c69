"""Train a classifier: `Trainer(Recipe(epochs=5, lr=0.1)).fit(model, train, valid)` returns a `History`.

`Recipe` and `History` need no framework; the other names load PyTorch when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from course_lib.training.history import History
from course_lib.training.recipe import Recipe

if TYPE_CHECKING:
    from course_lib.training.callbacks import Callback, Checkpoint, FirstLosses, Progress
    from course_lib.training.trainer import Trainer

__all__ = ["Callback", "Checkpoint", "FirstLosses", "History", "Progress", "Recipe", "Trainer"]

LATER = {
    "Callback": "callbacks",
    "Checkpoint": "callbacks",
    "FirstLosses": "callbacks",
    "Progress": "callbacks",
    "Trainer": "trainer",
}


def __getattr__(name: str):
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)

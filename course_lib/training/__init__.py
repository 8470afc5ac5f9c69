"""Train a classifier: `Trainer(Recipe(epochs=5, lr=0.1)).fit(model, train, valid)` returns a `History`.

`Recipe` and `History` need no framework; the other names load PyTorch when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from course_lib.training.history import History
from course_lib.training.recipe import Recipe

if TYPE_CHECKING:
    from course_lib.training.callbacks import Callback, Checkpoint, FirstLosses, Progress
    from course_lib.training.live import LiveCurve
    from course_lib.training.stopping import BestCheckpoint, EarlyStopping, load_best
    from course_lib.training.tensorboard import TensorBoard
    from course_lib.training.trainer import Trainer

__all__ = [
    "BestCheckpoint",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "FirstLosses",
    "History",
    "LiveCurve",
    "Progress",
    "Recipe",
    "TensorBoard",
    "Trainer",
    "load_best",
]

LATER = {
    "BestCheckpoint": "stopping",
    "Callback": "callbacks",
    "Checkpoint": "callbacks",
    "EarlyStopping": "stopping",
    "FirstLosses": "callbacks",
    "LiveCurve": "live",
    "Progress": "callbacks",
    "TensorBoard": "tensorboard",
    "Trainer": "trainer",
    "load_best": "stopping",
}


def __getattr__(name: str):
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)

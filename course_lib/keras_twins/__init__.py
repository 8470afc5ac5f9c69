"""The models in Keras 3: twins of those of `course_lib.pytorch` that the lectures build by hand, layer for layer."""

from typing import NamedTuple

import keras

from course_lib import architectures
from course_lib.architectures import LadderSpec, VGGSpec, check_sizes, find
from course_lib.keras_twins.ladder import build_ladder
from course_lib.keras_twins.vgg import build_vgg

__all__ = ["build", "build_row", "names"]

BUILDERS = {VGGSpec: build_vgg, LadderSpec: build_ladder}


def names() -> list[str]:
    """Return the names of the models that have a twin here."""
    return [name for name in architectures.names() if type(find(name)) in BUILDERS]


def build(
    name: str, num_classes: int = 10, in_channels: int = 3, image_size: int | None = None
) -> keras.Model:
    """Build the model `name`: images (N, H, W, in_channels) to logits (N, num_classes).

    The weights are drawn by Keras's default initializers, which are not PyTorch's:
    `course_lib.twins.copy_weights` makes the twins equal. Call `keras.utils.set_random_seed` first for
    the same weights each time. `image_size` is H = W in pixels, by default the size in the model's table row.

    Raises:
        ValueError: for an unknown name, a model without a twin, or sizes that the model cannot have.

    >>> build("small_vgg", num_classes=5, image_size=28, in_channels=1).output_shape
    (None, 5)
    """
    return build_row(find(name, image_size), num_classes, in_channels)


def build_row(row: NamedTuple, num_classes: int = 10, in_channels: int = 3) -> keras.Model:
    """Build the model of a row of `course_lib.architectures`, which may have been changed by `_replace`.

    Raises:
        ValueError: for sizes that the model cannot have.
    """
    check_sizes(num_classes, in_channels)
    if type(row) not in BUILDERS:
        raise ValueError(f"there is no twin of a {type(row).__name__}: there are {', '.join(names())}")
    return BUILDERS[type(row)](row, num_classes, in_channels)

"""The models in Keras 3: the twins of `course_lib.pytorch`, with the same names, files and order of layers."""

import keras

from course_lib.architectures import VGGSpec, check_sizes, find, names
from course_lib.keras_twins.vgg import build_vgg

__all__ = ["build", "names"]

BUILDERS = {VGGSpec: build_vgg}


def build(
    name: str, num_classes: int = 10, in_channels: int = 3, image_size: int | None = None
) -> keras.Model:
    """Build the model `name`: images (N, H, W, in_channels) to logits (N, num_classes).

    The weights are drawn by Keras's default initializers, which are not PyTorch's:
    `course_lib.twins.copy_weights` makes the twins equal. Call `keras.utils.set_random_seed` first for
    the same weights each time. `image_size` is H = W in pixels, by default the size in the model's table row.

    Raises:
        ValueError: for an unknown name, or sizes that the model cannot have.

    >>> build("small_vgg", num_classes=5, image_size=28, in_channels=1).output_shape
    (None, 5)
    """
    check_sizes(num_classes, in_channels)
    spec = find(name, image_size)
    return BUILDERS[type(spec)](spec, num_classes, in_channels)

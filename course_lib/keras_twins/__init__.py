"""The models in Keras 3, of two kinds.

Twins are written by hand, layer for layer those of `course_lib.pytorch`: `course_lib.twins.copy_weights` carries
weights between the two, and then both compute the same. `by_hand_names` lists them. For other names there is what
keras.applications has under that name, wrapped. Where there are both, as for `resnet50`, a name means the twin;
`course_lib.keras_twins.applications.build_application` builds the other.
"""

from typing import NamedTuple

import keras

from course_lib import architectures
from course_lib.architectures import (
    AlexNetSpec,
    BatchNormMLPSpec,
    GoogLeNetSpec,
    LadderSpec,
    LeNetSpec,
    MobileNetSpec,
    ResNetSpec,
    SEResNetSpec,
    VGGSpec,
    check_sizes,
    find,
)
from course_lib.keras_twins.alexnet import build_alexnet
from course_lib.keras_twins.applications import APPLICATIONS, build_application_row, find_name
from course_lib.keras_twins.googlenet import build_googlenet
from course_lib.keras_twins.ladder import build_ladder
from course_lib.keras_twins.lenet import build_lenet
from course_lib.keras_twins.mlp import build_batch_norm_mlp
from course_lib.keras_twins.mobilenet import build_mobilenet
from course_lib.keras_twins.resnet import build_resnet
from course_lib.keras_twins.se_resnet import build_se_resnet
from course_lib.keras_twins.vgg import build_vgg

__all__ = ["build", "build_row", "by_hand_names", "names"]

BUILDERS = {
    VGGSpec: build_vgg,
    LadderSpec: build_ladder,
    BatchNormMLPSpec: build_batch_norm_mlp,
    LeNetSpec: build_lenet,
    AlexNetSpec: build_alexnet,
    GoogLeNetSpec: build_googlenet,
    ResNetSpec: build_resnet,
    MobileNetSpec: build_mobilenet,
    SEResNetSpec: build_se_resnet,
}
# Rows of these families that their builders refuse: parts of them are written in PyTorch alone.
PYTORCH_ALONE = ("lenet5", "googlenet_aux", "googlenet_torchvision_aux")


def by_hand_names() -> list[str]:
    """Return the names of the models that have a twin written by hand, family by family."""
    return [
        name for name in architectures.names() if type(find(name)) in BUILDERS and name not in PYTORCH_ALONE
    ]


def names() -> list[str]:
    """Return the names of all models that there are in Keras, family by family: twins, and keras.applications'."""
    both = {*by_hand_names(), *APPLICATIONS}
    return [name for name in architectures.names() if name in both]


def build(
    name: str, num_classes: int = 10, in_channels: int = 3, image_size: int | None = None
) -> keras.Model:
    """Build the model `name`: images (N, H, W, in_channels) to logits (N, num_classes).

    The weights are drawn by Keras's default initializers, which are not PyTorch's:
    `course_lib.twins.copy_weights` makes the twins equal. Call `keras.utils.set_random_seed` first for
    the same weights each time. `image_size` is H = W in pixels, by default the size in the model's table row.

    Raises:
        ValueError: for an unknown name, a model that is there in PyTorch alone, or sizes that the model cannot have.

    >>> build("small_vgg", num_classes=5, image_size=28, in_channels=1).output_shape
    (None, 5)
    >>> build("resnet34").count_params()  # as Keras counts, with the running statistics of batch norm
    21306826
    """
    return build_row(find(name, image_size), num_classes, in_channels)


def build_row(row: NamedTuple, num_classes: int = 10, in_channels: int = 3) -> keras.Model:
    """Build the model of a row of `course_lib.architectures`, which may have been changed by `_replace`.

    What comes from keras.applications can be changed in its image size only.

    Raises:
        ValueError: if there is no such model in Keras, or for sizes that the model cannot have.
    """
    check_sizes(num_classes, in_channels)
    if type(row) in BUILDERS:
        return BUILDERS[type(row)](row, num_classes, in_channels)
    if find_name(row) is None:
        raise ValueError(
            f"there is no Keras model of this {type(row).__name__}: there are {', '.join(names())}"
        )
    return build_application_row(row, num_classes, in_channels)

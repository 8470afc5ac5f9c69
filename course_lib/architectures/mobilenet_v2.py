"""MobileNet v2, as a table: inverted residual blocks, which are narrow at both ends and wide inside.

The family: Sandler et al. 2018, "MobileNetV2: Inverted residuals and linear bottlenecks", arXiv:1801.04381, table 2.
`keras_params` is keras.applications' total, which counts the running means and variances too:
3,504,872 + 34,112 = 3,538,984 for `mobilenet_v2`. No framework is imported here.
"""

from typing import NamedTuple


class InvertedStage(NamedTuple):
    """Some inverted residual blocks, all with the same output: a row of table 2 of the paper, its stride apart."""

    expansion: int  # channels inside a block / channels of its input
    channels: int  # of the output
    blocks: int


class MobileNetV2Spec(NamedTuple):
    """A row of `MOBILENETS_V2`."""

    strides: tuple[int, ...]  # of the stem and of the first block of each stage
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None
    stages: tuple[InvertedStage, ...] = (
        InvertedStage(1, 16, 1),
        InvertedStage(6, 24, 2),
        InvertedStage(6, 32, 3),
        InvertedStage(6, 64, 4),
        InvertedStage(6, 96, 3),
        InvertedStage(6, 160, 3),
        InvertedStage(6, 320, 1),
    )


MOBILENETS_V2 = {
    "mobilenet_v2": MobileNetV2Spec(
        strides=(2, 1, 2, 2, 2, 1, 2, 1), params=3_504_872, keras_params=3_538_984
    ),
    "mobilenet_v2_32": MobileNetV2Spec(
        strides=(1, 1, 1, 2, 2, 1, 2, 1), params=2_236_682, image_size=32, num_classes=10
    ),
}

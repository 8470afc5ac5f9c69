"""DenseNet, as a table: blocks in which each layer reads the outputs of all layers before it.

The family: Huang et al. 2017, "Densely connected convolutional networks", arXiv:1608.06993, table 1. All rows are
of the kind DenseNet-BC: a 1x1 bottleneck in each layer, and half of the channels dropped between two blocks.
`keras_params` is the total that keras.applications prints: the trainable parameters and, for each channel of each
batch norm, a running mean and a running variance. No framework is imported here.
"""

from typing import Literal, NamedTuple


class DenseNetSpec(NamedTuple):
    """A row of `DENSENETS`."""

    blocks: tuple[int, ...]  # the number of layers in each block
    growth_rate: int  # the channels that each layer adds
    stem_channels: int
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None  # in total, running statistics included
    stem: Literal["7x7", "3x3"] = (
        "7x7"  # with stride 2, batch norm and pooling; or with stride 1 and nothing more
    )


DENSENETS = {
    "densenet121": DenseNetSpec((6, 12, 24, 16), 32, 64, params=7_978_856, keras_params=8_062_504),
    "densenet161": DenseNetSpec((6, 12, 36, 24), 48, 96, params=28_681_000),
    "densenet169": DenseNetSpec((6, 12, 32, 32), 32, 64, params=14_149_480, keras_params=14_307_880),
    "densenet201": DenseNetSpec((6, 12, 48, 32), 32, 64, params=20_013_928, keras_params=20_242_984),
    "densenet121_32": DenseNetSpec(
        (6, 12, 24, 16), 32, 64, params=6_956_298, image_size=32, num_classes=10, stem="3x3"
    ),
    # The paper's own network for CIFAR-10, with 100 layers of weights (its table 2: 0.8 million parameters).
    "densenet100_32": DenseNetSpec(
        (16, 16, 16), 12, 24, params=769_162, image_size=32, num_classes=10, stem="3x3"
    ),
}

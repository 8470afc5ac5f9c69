"""EfficientNet, as a table: one small network, scaled up in width, depth and image size together.

The families: Tan and Le 2019, "EfficientNet: Rethinking model scaling for convolutional neural networks",
arXiv:1905.11946, table 1; EfficientNet-Lite (Liu 2020), which leaves out what eight-bit hardware lacks. The counts are
torchvision's. `keras_params` is keras.applications' total, which counts running means and variances too, and the
statistics of a layer that normalizes the input: three means, three variances and a count of images.
5,288,548 + 42,016 + 7 = 5,330,571 for `efficientnet_b0`. No framework is imported here.
"""

from math import ceil
from typing import Literal, NamedTuple


class MBConvStage(NamedTuple):
    """Some blocks of one stage, all with the same output: a row of table 1 of the paper, its stride apart."""

    expansion: int  # channels inside a block / channels of its input
    kernel_size: int  # of the depthwise convolution
    channels: int  # of the output
    blocks: int


BASELINE = (
    MBConvStage(1, 3, 16, 1),
    MBConvStage(6, 3, 24, 2),
    MBConvStage(6, 5, 40, 2),
    MBConvStage(6, 3, 80, 3),
    MBConvStage(6, 5, 112, 3),
    MBConvStage(6, 5, 192, 4),
    MBConvStage(6, 3, 320, 1),
)
STEM, FEATURES = 32, 1280  # channels after the first convolution and before the classifier, unscaled


class EfficientNetSpec(NamedTuple):
    """A row of `EFFICIENTNETS`."""

    width: float  # factor on the baseline's channels
    depth: float  # factor on the baseline's blocks
    dropout: float  # the rate before the classifier
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None
    strides: tuple[int, ...] = (2, 1, 2, 2, 2, 1, 2, 1)  # of the stem and of the first block of each stage
    lite: bool = False  # ReLU6, no squeeze-and-excitation, stem, ends of the depth and features unscaled
    padding: Literal["even", "same"] = "even"  # the same on all sides, as PyTorch does; or as TensorFlow does
    norm_epsilon: float = 1e-5
    norm_momentum: float = 0.1

    @property
    def stem(self) -> int:
        """The channels after the first convolution."""
        return STEM if self.lite else scale_channels(STEM, self.width)

    @property
    def stages(self) -> tuple[MBConvStage, ...]:
        """The baseline's stages, scaled."""
        ends = (BASELINE[0], BASELINE[-1]) if self.lite else ()
        return tuple(
            stage._replace(
                channels=scale_channels(stage.channels, self.width),
                blocks=stage.blocks if stage in ends else scale_blocks(stage.blocks, self.depth),
            )
            for stage in BASELINE
        )

    @property
    def features(self) -> int:
        """The channels before the classifier."""
        return FEATURES if self.lite else scale_channels(FEATURES, self.width)


def scale_channels(channels: int, factor: float) -> int:
    """Multiply and round to a multiple of 8, upward where rounding would take more than a tenth away.

    >>> scale_channels(32, 1.1), scale_channels(24, 1.2), scale_channels(12, 1.0)
    (32, 32, 16)
    """
    scaled = channels * factor
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * scaled else rounded + 8


def scale_blocks(blocks: int, factor: float) -> int:
    """Multiply and round up.

    >>> scale_blocks(2, 1.1)
    3
    """
    return ceil(blocks * factor)


TENSORFLOW = {"norm_epsilon": 1e-3, "norm_momentum": 0.01}  # of batch norm

EFFICIENTNETS = {
    "efficientnet_b0": EfficientNetSpec(1.0, 1.0, 0.2, 5_288_548, 224, keras_params=5_330_571),
    "efficientnet_b1": EfficientNetSpec(1.0, 1.1, 0.2, 7_794_184, 240, keras_params=7_856_239),
    "efficientnet_b2": EfficientNetSpec(1.1, 1.2, 0.3, 9_109_994, 260, keras_params=9_177_569),
    "efficientnet_b3": EfficientNetSpec(1.2, 1.4, 0.3, 12_233_232, 300, keras_params=12_320_535),
    "efficientnet_b4": EfficientNetSpec(1.4, 1.8, 0.4, 19_341_616, 380, keras_params=19_466_823),
    "efficientnet_b5": EfficientNetSpec(
        1.6, 2.2, 0.4, 30_389_784, 456, keras_params=30_562_527, **TENSORFLOW
    ),
    "efficientnet_b6": EfficientNetSpec(
        1.8, 2.6, 0.5, 43_040_704, 528, keras_params=43_265_143, **TENSORFLOW
    ),
    "efficientnet_b7": EfficientNetSpec(
        2.0, 3.1, 0.5, 66_347_960, 600, keras_params=66_658_687, **TENSORFLOW
    ),
    "efficientnet_lite0": EfficientNetSpec(
        1.0, 1.0, 0.2, 4_652_008, 224, lite=True, padding="same", **TENSORFLOW
    ),
    "efficientnet_b0_32": EfficientNetSpec(
        1.0, 1.0, 0.2, params=4_020_358, image_size=32, num_classes=10, strides=(1, 1, 1, 2, 2, 1, 2, 1)
    ),
}

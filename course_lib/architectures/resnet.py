"""ResNet, as a table: four stages of residual blocks, which add their input to what they compute.

The family: He et al. 2016, "Deep residual learning for image recognition", arXiv:1512.03385, table 1. The counts are
torchvision's. `keras_params` is keras.applications' total for its variant of the same model, which is ours with a
bias on every convolution, though batch norm cancels it, and with the running means and variances counted in:
25,557,032 + 26,560 + 2 × 26,560 = 25,636,712 for `resnet50`. No framework is imported here.
"""

from typing import Literal, NamedTuple

WIDTHS = (64, 128, 256, 512)  # of the 3x3 convolutions, stage by stage


class ResNetSpec(NamedTuple):
    """A row of `RESNETS`."""

    block: Literal["basic", "bottleneck"]  # two 3x3 convolutions; or 1x1, 3x3 and 1x1 to four times the width
    depths: tuple[int, int, int, int]  # blocks in each stage
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None
    stem: Literal["7x7", "3x3"] = (
        "7x7"  # 7x7 with stride 2 and pooling; or 3x3 with stride 1, for small images
    )


RESNETS = {
    "resnet18": ResNetSpec("basic", (2, 2, 2, 2), params=11_689_512),
    "resnet34": ResNetSpec("basic", (3, 4, 6, 3), params=21_797_672),
    "resnet50": ResNetSpec("bottleneck", (3, 4, 6, 3), params=25_557_032, keras_params=25_636_712),
    "resnet101": ResNetSpec("bottleneck", (3, 4, 23, 3), params=44_549_160, keras_params=44_707_176),
    "resnet152": ResNetSpec("bottleneck", (3, 8, 36, 3), params=60_192_808, keras_params=60_419_944),
    "resnet18_32": ResNetSpec(
        "basic", (2, 2, 2, 2), params=11_173_962, image_size=32, num_classes=10, stem="3x3"
    ),
    "resnet34_32": ResNetSpec(
        "basic", (3, 4, 6, 3), params=21_282_122, image_size=32, num_classes=10, stem="3x3"
    ),
}

"""ResNeXt, as a table: ResNets whose 3x3 convolutions are split into many groups, narrow each and wide together.

The family: Xie et al. 2017, "Aggregated residual transformations for deep neural networks", arXiv:1611.05431. The
counts are torchvision's. No framework is imported here.
"""

from typing import Literal, NamedTuple


class ResNeXtSpec(NamedTuple):
    """A row of `RESNEXTS`."""

    depths: tuple[int, int, int, int]  # bottleneck blocks in each stage
    groups: int  # of the 3x3 convolutions: the paper's cardinality
    group_width: int  # channels of a group in the first stage; doubles with each stage
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    stem: Literal["7x7", "3x3"] = (
        "7x7"  # 7x7 with stride 2 and pooling; or 3x3 with stride 1, for small images
    )


RESNEXTS = {
    "resnext50_32x4d": ResNeXtSpec((3, 4, 6, 3), groups=32, group_width=4, params=25_028_904),
    "resnext101_32x8d": ResNeXtSpec((3, 4, 23, 3), groups=32, group_width=8, params=88_791_336),
    "resnext50_32x4d_32": ResNeXtSpec(
        (3, 4, 6, 3), groups=32, group_width=4, params=22_992_714, image_size=32, num_classes=10, stem="3x3"
    ),
}

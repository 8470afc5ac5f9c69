"""SE-ResNet, as a table: ResNets that scale each channel of a block's output by what all channels say.

The family: Hu et al. 2018, "Squeeze-and-excitation networks", arXiv:1709.01507. Each block with C output channels adds
two dense layers, C to C / r and back: 2 C² / r weights, and C / r + C biases. With r = 16 these are 2,514,944 weights
(the paper's "about 2.5 million") and 16,048 biases on the 25,557,032 parameters of ResNet-50. No framework is
imported here.
"""

from typing import Literal, NamedTuple


class SEResNetSpec(NamedTuple):
    """A row of `SE_RESNETS`."""

    depths: tuple[int, int, int, int]  # bottleneck blocks in each stage
    reduction: int  # the paper's r
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    stem: Literal["7x7", "3x3"] = (
        "7x7"  # 7x7 with stride 2 and pooling; or 3x3 with stride 1, for small images
    )


SE_RESNETS = {
    "se_resnet50": SEResNetSpec((3, 4, 6, 3), reduction=16, params=28_088_024),
    "se_resnet101": SEResNetSpec((3, 4, 23, 3), reduction=16, params=49_326_872),
    "se_resnet152": SEResNetSpec((3, 8, 36, 3), reduction=16, params=66_821_848),
    "se_resnet50_32": SEResNetSpec(
        (3, 4, 6, 3), reduction=16, params=26_051_834, image_size=32, num_classes=10, stem="3x3"
    ),
}

"""ConvNeXt, as a table: a residual network rebuilt with what the Vision Transformer brought.

The family: Liu et al. 2022, "A ConvNet for the 2020s", arXiv:2201.03545. The counts are torchvision's. No framework is
imported here.
"""

from typing import NamedTuple


class ConvNeXtSpec(NamedTuple):
    """A row of `CONVNEXTS`."""

    widths: tuple[int, int, int, int]  # channels, stage by stage
    depths: tuple[int, int, int, int]  # blocks in each stage
    stochastic_depth: float  # the rate of the last block; it grows linearly from 0
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    patch_size: int = 4  # kernel and stride of the first convolution


CONVNEXTS = {
    "convnext_tiny": ConvNeXtSpec((96, 192, 384, 768), (3, 3, 9, 3), 0.1, params=28_589_128),
    "convnext_tiny_32": ConvNeXtSpec(
        (96, 192, 384, 768), (3, 3, 9, 3), 0.1, params=27_824_362, image_size=32, num_classes=10, patch_size=2
    ),
}

"""ShuffleNet v1, as a table: grouped 1x1 convolutions, with the channels shuffled between the groups.

The family: Zhang et al. 2018, "ShuffleNet: An extremely efficient convolutional neural network for mobile devices",
arXiv:1707.01083, table 1, where more groups buy more channels at the same cost. `operations` is the paper's count of
multiplications for an image, in millions. The paper gives no parameter counts: those here are the network's own,
and a test adds them up by hand. No framework is imported here.
"""

from typing import NamedTuple


class ShuffleNetV1Spec(NamedTuple):
    """A row of `SHUFFLENETS_V1`."""

    groups: int  # of the 1x1 convolutions
    widths: tuple[int, int, int]  # the output channels of each stage
    params: int  # trainable, at this number of classes, 3 input channels
    operations: int | None  # published: multiplications of an image, in millions
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    depths: tuple[int, int, int] = (4, 8, 4)  # units in each stage
    small_images: bool = False  # a stem with stride 1 and without pooling


SHUFFLENETS_V1 = {
    "shufflenet_v1_x1_0_g1": ShuffleNetV1Spec(1, (144, 288, 576), params=1_531_936, operations=143),
    "shufflenet_v1_x1_0_g2": ShuffleNetV1Spec(2, (200, 400, 800), params=1_733_848, operations=140),
    "shufflenet_v1_x1_0_g3": ShuffleNetV1Spec(3, (240, 480, 960), params=1_865_728, operations=137),
    "shufflenet_v1_x1_0_g4": ShuffleNetV1Spec(4, (272, 544, 1088), params=1_968_344, operations=133),
    "shufflenet_v1_x1_0_g8": ShuffleNetV1Spec(8, (384, 768, 1536), params=2_434_768, operations=137),
    "shufflenet_v1_x1_0_g3_32": ShuffleNetV1Spec(
        3, (240, 480, 960), params=914_338, operations=None, image_size=32, num_classes=10, small_images=True
    ),
}

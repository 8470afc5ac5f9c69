"""ShuffleNet v2, as a table: units that send half of the channels past their convolutions, then shuffle.

The family: Ma et al. 2018, "ShuffleNet V2: Practical guidelines for efficient CNN architecture design",
arXiv:1807.11164, table 5. The counts are torchvision's. No framework is imported here.
"""

from typing import NamedTuple


class ShuffleNetV2Spec(NamedTuple):
    """A row of `SHUFFLENETS_V2`."""

    widths: tuple[int, int, int]  # the output channels of each stage
    features: int  # channels before the classifier
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    depths: tuple[int, int, int] = (4, 8, 4)  # units in each stage
    small_images: bool = False  # a stem with stride 1 and without pooling


SHUFFLENETS_V2 = {
    "shufflenet_v2_x0_5": ShuffleNetV2Spec((48, 96, 192), 1024, params=1_366_792),
    "shufflenet_v2_x1_0": ShuffleNetV2Spec((116, 232, 464), 1024, params=2_278_604),
    "shufflenet_v2_x1_5": ShuffleNetV2Spec((176, 352, 704), 1024, params=3_503_624),
    "shufflenet_v2_x2_0": ShuffleNetV2Spec((244, 488, 976), 2048, params=7_393_996),
    "shufflenet_v2_x0_5_32": ShuffleNetV2Spec(
        (48, 96, 192), 1024, params=352_042, image_size=32, num_classes=10, small_images=True
    ),
    "shufflenet_v2_x1_0_32": ShuffleNetV2Spec(
        (116, 232, 464), 1024, params=1_263_854, image_size=32, num_classes=10, small_images=True
    ),
}

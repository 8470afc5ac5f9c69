"""RegNet, as a table: networks whose stages follow from a straight line, found by narrowing a space of designs.

The family: Radosavovic et al. 2020, "Designing network design spaces", arXiv:2003.13678. A row has the four numbers
of the paper's figure for the widths of its blocks, and the width of a group; Y adds squeeze-and-excitation to X. The
name gives the multiplications for one image, in millions or billions. The counts are torchvision's. No framework is
imported here.
"""

import math
from itertools import groupby
from typing import NamedTuple


class RegNetStage(NamedTuple):
    """Blocks of one width."""

    depth: int  # blocks
    width: int  # channels of each block, inside and at its end
    group_width: int  # channels of each group of the 3x3 convolutions


class RegNetSpec(NamedTuple):
    """A row of `REGNETS`."""

    depth: int  # blocks in all stages together: d
    initial_width: int  # w_0
    slope: float  # w_a
    ratio: float  # w_m, between the widths of neighboring stages, nearly
    group_width: int
    squeeze: (
        float | None
    )  # squeezed channels / input channels of the block; None for no squeeze-and-excitation
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    stem_stride: int = 2  # 1 for small images

    @property
    def stages(self) -> list[RegNetStage]:
        """The stages that the numbers of the row make (section 3.3 of the paper).

        Block j should have u = w_0 + w_a j channels, and gets w_0 w_m^s, where s is log(u / w_0) / log(w_m) rounded,
        to the nearest 8. Blocks of equal width make a stage, and its width is rounded to whole groups.
        """
        widths = []
        for block in range(self.depth):
            power = round(math.log1p(self.slope * block / self.initial_width) / math.log(self.ratio))
            widths.append(8 * round(self.initial_width * self.ratio**power / 8))
        stages = []
        for width, blocks in groupby(widths):
            group_width = min(self.group_width, width)
            groups = (width + group_width // 2) // group_width
            if groups * group_width < 0.9 * width:  # never down by more than a tenth
                groups += 1
            stages.append(RegNetStage(len(list(blocks)), groups * group_width, group_width))
        return stages


REGNETS = {
    "regnet_x_400mf": RegNetSpec(22, 24, 24.48, 2.54, 16, None, params=5_495_976),
    "regnet_x_800mf": RegNetSpec(16, 56, 35.73, 2.28, 16, None, params=7_259_656),
    "regnet_x_1_6gf": RegNetSpec(18, 80, 34.01, 2.25, 24, None, params=9_190_136),
    "regnet_x_3_2gf": RegNetSpec(25, 88, 26.31, 2.25, 48, None, params=15_296_552),
    "regnet_x_8gf": RegNetSpec(23, 80, 49.56, 2.88, 120, None, params=39_572_648),
    "regnet_x_16gf": RegNetSpec(22, 216, 55.59, 2.1, 128, None, params=54_278_536),
    "regnet_x_32gf": RegNetSpec(23, 320, 69.86, 2.0, 168, None, params=107_811_560),
    "regnet_y_400mf": RegNetSpec(16, 48, 27.89, 2.09, 8, 0.25, params=4_344_144),
    "regnet_y_800mf": RegNetSpec(14, 56, 38.84, 2.4, 16, 0.25, params=6_432_512),
    "regnet_y_1_6gf": RegNetSpec(27, 48, 20.71, 2.65, 24, 0.25, params=11_202_430),
    "regnet_y_3_2gf": RegNetSpec(21, 80, 42.63, 2.66, 24, 0.25, params=19_436_338),
    "regnet_y_8gf": RegNetSpec(17, 192, 76.82, 2.19, 56, 0.25, params=39_381_472),
    "regnet_y_16gf": RegNetSpec(18, 200, 106.23, 2.48, 112, 0.25, params=83_590_140),
    "regnet_y_32gf": RegNetSpec(20, 232, 115.89, 2.53, 232, 0.25, params=145_046_770),
    "regnet_x_400mf_32": RegNetSpec(
        22, 24, 24.48, 2.54, 16, None, params=5_098_986, image_size=32, num_classes=10, stem_stride=1
    ),
    "regnet_y_400mf_32": RegNetSpec(
        16, 48, 27.89, 2.09, 8, 0.25, params=3_907_554, image_size=32, num_classes=10, stem_stride=1
    ),
}

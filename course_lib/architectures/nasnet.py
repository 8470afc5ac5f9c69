"""NASNet, as a table: two small graphs, found by a search on CIFAR-10, stacked into networks of any size.

The family: Zoph et al. 2018, "Learning transferable architectures for scalable image recognition", arXiv:1707.07012;
the cells are its NASNet-A, figure 4. A network is named by N, the number of normal cells in a row, and P, the number of
channels of the last one: NASNet-A (4 @ 1056) is `nasnetmobile`. `keras_params` is the total that keras.applications
prints: the trainable parameters and, for each channel of each batch norm, a running mean and a running variance. No
framework is imported here.
"""

from typing import Literal, NamedTuple

Source = (
    Literal["current", "previous"] | int
)  # the last two cells' outputs, or a combination of this cell by its index
Operation = Literal["separable3", "separable5", "separable7", "average3", "max3", "identity"]


class Combination(NamedTuple):
    """The sum of two operations, each with what it reads."""

    left: Operation
    left_source: Source
    right: Operation
    right_source: Source


class CellSpec(NamedTuple):
    """A searched cell: its combinations are computed in order, its `outputs` concatenated."""

    stride: int  # of the operations that read "current" or "previous"
    combinations: tuple[Combination, ...]
    outputs: tuple[Source, ...]


NORMAL = CellSpec(
    stride=1,
    combinations=(
        Combination("separable5", "current", "separable3", "previous"),
        Combination("separable5", "previous", "separable3", "previous"),
        Combination("average3", "current", "identity", "previous"),
        Combination("average3", "previous", "average3", "previous"),
        Combination("separable3", "current", "identity", "current"),
    ),
    outputs=("previous", 0, 1, 2, 3, 4),
)
REDUCTION = CellSpec(
    stride=2,
    combinations=(
        Combination("separable5", "current", "separable7", "previous"),
        Combination("max3", "current", "separable7", "previous"),
        Combination("average3", "current", "separable5", "previous"),
        Combination("identity", 1, "average3", 0),
        Combination("separable3", 0, "max3", "current"),
    ),
    outputs=(1, 2, 3, 4),
)


class NASNetSpec(NamedTuple):
    """A row of `NASNETS`."""

    normal: CellSpec
    reduction: CellSpec
    cells: int  # normal cells in each of the three stages
    last_channels: int  # of the last cell
    stem_channels: int
    stem_stride: int  # of the first convolution
    stem_widths: tuple[float, ...]  # of the reduction cells of the stem, as parts of the first stage's width
    skip_reduction: (
        bool  # the cell after a reduction cell reads, as "previous", what came two cells before that one
    )
    norm_momentum: float  # the weight of the new batch in batch norm's running statistics
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None  # in total, running statistics included

    @property
    def width(self) -> int:
        """The channels of each operation in the first stage; the third has four times as many.

        Raises:
            ValueError: if the last cell's channels cannot be divided so.
        """
        parts = 4 * len(self.normal.outputs)
        if self.last_channels % parts:
            raise ValueError(
                f"last_channels must be a multiple of {parts}, because the last cell concatenates "
                f"{len(self.normal.outputs)} outputs of 4 widths each, got {self.last_channels}"
            )
        return self.last_channels // parts


NASNETS = {
    "nasnetmobile": NASNetSpec(
        NORMAL,
        REDUCTION,
        cells=4,
        last_channels=1056,
        stem_channels=32,
        stem_stride=2,
        stem_widths=(0.25, 0.5),
        skip_reduction=False,
        norm_momentum=0.0003,
        params=5_289_978,
        keras_params=5_326_716,
    ),
}
NASNETS["nasnetlarge"] = NASNETS["nasnetmobile"]._replace(
    cells=6,
    last_channels=4032,
    stem_channels=96,
    skip_reduction=True,
    keras_params=88_949_818,
    params=88_753_150,
    image_size=331,
)
NASNETS["nasnetmobile_32"] = NASNETS["nasnetmobile"]._replace(
    stem_stride=1,
    stem_widths=(),
    norm_momentum=0.1,  # a short training cannot fill an average over thousands of batches
    keras_params=None,
    params=4_215_610,
    image_size=32,
    num_classes=10,
)

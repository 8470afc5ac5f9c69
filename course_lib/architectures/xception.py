"""Xception, as a table: convolutions that look at one channel at a time, then mix the channels.

The family: Chollet 2017, "Xception: deep learning with depthwise separable convolutions", arXiv:1610.02357, figure 5.
`keras_params` is the total that keras.applications prints: the trainable parameters and, for each channel of each
batch norm, a running mean and a running variance. No framework is imported here.
"""

from typing import NamedTuple


class XceptionSpec(NamedTuple):
    """A row of `XCEPTIONS`."""

    stem_stride: int  # of the first convolution
    stem_channels: tuple[int, int]
    entry_channels: tuple[int, ...]  # of each block of the entry flow, which all halve the size
    middle_blocks: int  # with as many channels as the entry flow ends with
    exit_channels: tuple[int, int, int]  # of the last block with a shortcut, then of two plain layers
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 299  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None  # in total, running statistics included


XCEPTIONS = {
    "xception": XceptionSpec(
        stem_stride=2,
        stem_channels=(32, 64),
        entry_channels=(128, 256, 728),
        middle_blocks=8,
        exit_channels=(1024, 1536, 2048),
        params=22_855_952,
        keras_params=22_910_480,
    ),
}
XCEPTIONS["xception_32"] = XCEPTIONS["xception"]._replace(
    stem_stride=1, keras_params=None, params=20_827_442, image_size=32, num_classes=10
)

"""MobileNet v1, as a table: stages of convolutions that filter each channel by itself and then mix channels by 1x1.

The family: Howard et al. 2017, "MobileNets: Efficient convolutional neural networks for mobile vision applications",
arXiv:1704.04861, table 1. `keras_params` is keras.applications' total, which counts the running means and variances
too: 4,231,976 + 21,888 = 4,253,864 for `mobilenet`. No framework is imported here.
"""

from typing import NamedTuple


class MobileNetSpec(NamedTuple):
    """A row of `MOBILENETS`."""

    strides: tuple[int, ...]  # of the stem and of the first convolution of each stage
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None
    stages: tuple[tuple[int, ...], ...] = (  # the output channels of each separable convolution
        (64,),
        (128, 128),
        (256, 256),
        (512,) * 6,
        (1024, 1024),
    )


MOBILENETS = {
    "mobilenet": MobileNetSpec(strides=(2, 1, 2, 2, 2, 2), params=4_231_976, keras_params=4_253_864),
    "mobilenet_32": MobileNetSpec(
        strides=(1, 1, 1, 2, 2, 2), params=3_217_226, image_size=32, num_classes=10
    ),
}

"""ResNet V2, as a table: residual blocks that apply batch norm and ReLU before each convolution, not after it.

The family: He et al. 2016, "Identity mappings in deep residual networks", arXiv:1603.05027. The models are those of
keras.applications, with biases where it has them. `params` is the number of trainable parameters, and `keras_params`
Keras's total, in which the running means and variances of batch norm are counted too: 25,568,360 + 45,440 =
25,613,800 for `resnet50v2`. No framework is imported here.
"""

from typing import Literal, NamedTuple


class ResNetV2Spec(NamedTuple):
    """A row of `RESNETS_V2`."""

    depths: tuple[int, int, int, int]  # bottleneck blocks in each stage
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None
    stem: Literal["7x7", "3x3"] = (
        "7x7"  # 7x7 with stride 2 and pooling; or 3x3 with stride 1, for small images
    )


RESNETS_V2 = {
    "resnet50v2": ResNetV2Spec((3, 4, 6, 3), params=25_568_360, keras_params=25_613_800),
    "resnet101v2": ResNetV2Spec((3, 4, 23, 3), params=44_577_896, keras_params=44_675_560),
    "resnet152v2": ResNetV2Spec((3, 8, 36, 3), params=60_236_904, keras_params=60_380_648),
    "resnet50v2_32": ResNetV2Spec((3, 4, 6, 3), params=23_532_170, image_size=32, num_classes=10, stem="3x3"),
}

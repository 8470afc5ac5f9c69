"""VGG, as tables: stages of 3x3 convolutions, halved in size after each stage, then dense layers.

The family: Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image
recognition", arXiv:1409.1556. `DEEP_VGGS` holds the paper's networks, with torchvision's counts; keras.applications'
totals are the same, because there is no batch norm in its variants. `VGGS` holds the small one that the lectures
train. No framework is imported here.
"""

from typing import NamedTuple


def halved(image_size: int, stages: int) -> int:
    """Return an image's height after so many stages, each of which halves it.

    Raises:
        ValueError: if nothing would be left.
    """
    smallest = 2**stages
    if image_size < smallest:
        raise ValueError(
            f"image_size must be at least {smallest}, because {stages} stages each halve it, got {image_size}"
        )
    return image_size // smallest


class VGGSpec(NamedTuple):
    """A row of `VGGS`."""

    stages: tuple[tuple[int, ...], ...]  # the output channels of each 3x3 convolution, stage by stage
    hidden_units: int  # of the dense layer before the classifier
    conv_dropout: float  # the rate after each pooling
    dense_dropout: float  # the rate before the classifier
    params: int  # trainable, at this image size and number of classes, 3 input channels
    image_size: int  # height and width of the input, pixels
    num_classes: int

    @property
    def feature_size(self) -> int:
        """Height and width of the last stage's output, pixels; ValueError for an input that is too small."""
        return halved(self.image_size, len(self.stages))


VGGS = {
    "small_vgg": VGGSpec(
        stages=((32, 32), (64, 64)),
        hidden_units=512,
        conv_dropout=0.25,
        dense_dropout=0.5,
        params=2_169_066,
        image_size=32,
        num_classes=10,
    ),
}


class DeepVGGSpec(NamedTuple):
    """A row of `DEEP_VGGS`."""

    stages: tuple[tuple[int, ...], ...]  # the output channels of each 3x3 convolution, stage by stage
    batch_norm: bool  # between each convolution and its ReLU; the convolutions keep their biases
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    keras_params: int | None = None
    hidden_units: int = 4096  # of each of the two dense layers before the classifier
    pooled_size: int = 7  # height and width of what the dense layers see, pixels
    smallest_image: int = 32  # pixels; from a smaller one nothing is left

    @property
    def convolutions(self) -> int:
        """The number of convolutions, which is not the number in a network's name."""
        return sum(map(len, self.stages))

    @property
    def weight_layers(self) -> int:
        """The number of layers with weights, after which a network is named: three are dense.

        >>> DEEP_VGGS["vgg16"].weight_layers, DEEP_VGGS["vgg16"].convolutions
        (16, 13)
        """
        return self.convolutions + 3


def stages(*depths: int) -> tuple[tuple[int, ...], ...]:
    """Return five stages of so many convolutions each, with 64, 128, 256, 512 and 512 channels.

    >>> stages(1, 1, 2, 2, 2)
    ((64,), (128,), (256, 256), (512, 512), (512, 512))
    """
    return tuple((width,) * depth for width, depth in zip((64, 128, 256, 512, 512), depths, strict=True))


# The paper's configurations A, B, D and E.
VGG11, VGG13 = stages(1, 1, 2, 2, 2), stages(2, 2, 2, 2, 2)
VGG16, VGG19 = stages(2, 2, 3, 3, 3), stages(2, 2, 4, 4, 4)

DEEP_VGGS = {
    "vgg11": DeepVGGSpec(VGG11, False, params=132_863_336),
    "vgg13": DeepVGGSpec(VGG13, False, params=133_047_848),
    "vgg16": DeepVGGSpec(VGG16, False, params=138_357_544, keras_params=138_357_544),
    "vgg19": DeepVGGSpec(VGG19, False, params=143_667_240, keras_params=143_667_240),
    "vgg11_bn": DeepVGGSpec(VGG11, True, params=132_868_840),
    "vgg13_bn": DeepVGGSpec(VGG13, True, params=133_053_736),
    "vgg16_bn": DeepVGGSpec(VGG16, True, params=138_365_992),
    "vgg19_bn": DeepVGGSpec(VGG19, True, params=143_678_248),
    "vgg11_bn_32": DeepVGGSpec(
        VGG11, True, params=9_756_426, image_size=32, num_classes=10, hidden_units=512, pooled_size=1
    ),
    "vgg16_bn_32": DeepVGGSpec(
        VGG16, True, params=15_253_578, image_size=32, num_classes=10, hidden_units=512, pooled_size=1
    ),
}

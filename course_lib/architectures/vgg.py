"""VGG, as a table: stages of 3x3 convolutions, halved in size after each stage, then dense layers.

The family: Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image
recognition", arXiv:1409.1556. No framework is imported here.
"""

from typing import NamedTuple


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
        """Height and width of the last stage's output, pixels.

        Raises:
            ValueError: if the input is too small to be halved once per stage.
        """
        smallest = 2 ** len(self.stages)
        if self.image_size < smallest:
            raise ValueError(
                f"image_size must be at least {smallest}, because {len(self.stages)} stages each halve it, "
                f"got {self.image_size}"
            )
        return self.image_size // smallest


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

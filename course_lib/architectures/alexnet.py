"""AlexNet, as a table: five convolutions, three overlapping poolings, then dense layers.

The network: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks".
`alexnet_two_towers` is that paper's, which ran on two GPUs; `alexnet` is torchvision's, after Krizhevsky 2014, "One
weird trick for parallelizing convolutional neural networks", arXiv:1404.5997. No framework is imported here.
"""

from typing import NamedTuple


class Convolution(NamedTuple):
    """A convolution of an `AlexNetSpec`, with what follows it."""

    out_channels: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    groups: int = 1  # 2: each tower sees only its own half of the maps
    response_norm: bool = False  # local response normalization, after the ReLU
    pool: bool = False  # 3x3 maximum pooling with stride 2, at the end


class AlexNetSpec(NamedTuple):
    """A row of `ALEXNETS`."""

    convolutions: tuple[Convolution, ...]
    towers: int  # the parts within which local response normalization stays
    dropout_first: (
        bool  # drop what comes into the hidden dense layers (torchvision), not what they give (the paper)
    )
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int  # height and width of the input, pixels
    smallest_image: int  # pixels; from a smaller one nothing is left
    num_classes: int = 1000
    hidden_units: int = 4096  # of each of the two dense layers before the classifier
    pooled_size: int = 6  # height and width of what the dense layers see, pixels

    def check_positions(self) -> None:
        """Raise ValueError if a convolution without padding does not end at the image's edge.

        With padding it may leave out some zeros; without, some of the image. So 224 pixels, which the paper names,
        cannot be meant: an 11x11 kernel with stride 4 has 224 - 11 = 213 = 4 * 53.25 pixels to go, which makes
        54.25 positions.
        """
        first = self.convolutions[0]
        rest = self.image_size - first.kernel_size
        if first.padding == 0 and (rest < 0 or rest % first.stride):
            fitting = first.kernel_size + max(0, -(-rest // first.stride)) * first.stride
            raise ValueError(
                f"image_size {self.image_size} gives {rest / first.stride + 1:g} positions to a kernel of "
                f"{first.kernel_size} pixels with stride {first.stride} and no padding, which must be a whole number "
                f"of at least 1: use {fitting}"
            )


ALEXNETS = {
    "alexnet_two_towers": AlexNetSpec(
        convolutions=(
            Convolution(96, 11, stride=4, response_norm=True, pool=True),
            Convolution(256, 5, padding=2, groups=2, response_norm=True, pool=True),
            Convolution(384, 3, padding=1),  # here alone each tower sees the other's maps
            Convolution(384, 3, padding=1, groups=2),
            Convolution(256, 3, padding=1, groups=2, pool=True),
        ),
        towers=2,
        dropout_first=False,
        params=60_965_224,
        image_size=227,
        smallest_image=67,
    ),
    "alexnet": AlexNetSpec(
        convolutions=(
            Convolution(64, 11, stride=4, padding=2, pool=True),
            Convolution(192, 5, padding=2, pool=True),
            Convolution(384, 3, padding=1),
            Convolution(256, 3, padding=1),
            Convolution(256, 3, padding=1, pool=True),
        ),
        towers=1,
        dropout_first=True,
        params=61_100_840,
        image_size=224,
        smallest_image=63,
    ),
    "alexnet_32": AlexNetSpec(
        convolutions=(
            Convolution(64, 3, padding=1),
            Convolution(192, 5, padding=2, pool=True),
            Convolution(384, 3, padding=1),
            Convolution(256, 3, padding=1),
            Convolution(256, 3, padding=1, pool=True),
        ),
        towers=1,
        dropout_first=True,
        params=3_896_138,
        image_size=32,
        smallest_image=7,
        num_classes=10,
        hidden_units=512,
        pooled_size=3,
    ),
}

"""SqueezeNet, as a table: Fire modules, which squeeze the channels by 1x1 convolutions and expand them again.

The family: Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", arXiv:1602.07360. The
counts are torchvision's and, for 1.0, the paper's table 1 before pruning. Squeeze-and-excitation is something else:
see SENet. No framework is imported here.
"""

from typing import NamedTuple


class FireSpec(NamedTuple):
    """A Fire module: `squeeze` channels, then `expand` by 1x1 and `expand` by 3x3 convolutions."""

    squeeze: int
    expand: int

    @property
    def out_channels(self) -> int:
        """Both halves of the output, one behind the other."""
        return 2 * self.expand


class SqueezeNetSpec(NamedTuple):
    """A row of `SQUEEZENETS`."""

    stem_channels: int
    stem_kernel_size: int
    stages: tuple[
        tuple[FireSpec, ...], ...
    ]  # of Fire modules, with 3x3 pooling with stride 2 before each stage
    smallest_image: int  # pixels; from a smaller one nothing is left
    params: int  # trainable, at this number of classes, 3 input channels
    image_size: int = 224  # height and width of the input, pixels
    num_classes: int = 1000
    stem_stride: int = 2  # 1: for small images; then there is no pooling before the first stage either


SQUEEZENET1_0 = (
    (FireSpec(16, 64), FireSpec(16, 64), FireSpec(32, 128)),
    (FireSpec(32, 128), FireSpec(48, 192), FireSpec(48, 192), FireSpec(64, 256)),
    (FireSpec(64, 256),),
)
SQUEEZENET1_1 = (  # pools earlier: 2.4 times fewer operations
    (FireSpec(16, 64), FireSpec(16, 64)),
    (FireSpec(32, 128), FireSpec(32, 128)),
    (FireSpec(48, 192), FireSpec(48, 192), FireSpec(64, 256), FireSpec(64, 256)),
)

SQUEEZENETS = {
    "squeezenet1_0": SqueezeNetSpec(96, 7, SQUEEZENET1_0, 21, params=1_248_424),
    "squeezenet1_1": SqueezeNetSpec(64, 3, SQUEEZENET1_1, 17, params=1_235_496),
    "squeezenet1_1_32": SqueezeNetSpec(
        64, 3, SQUEEZENET1_1, 4, params=727_626, image_size=32, num_classes=10, stem_stride=1
    ),
}

"""LeNet-5, as a table: two convolutions, each followed by subsampling, then dense layers.

The network: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
section II B. It has 60,000 trainable parameters and 340,908 connections. No framework is imported here.
"""

from typing import Literal, NamedTuple

C1_MAPS = 6
C3_MAPS = 16
C5_UNITS = 120
F6_UNITS = 84  # a drawing of a character, 7 x 12 pixels


def contiguous(size: int) -> tuple[tuple[int, ...], ...]:
    """Return all runs of `size` neighbors among C1's maps, which stand in a ring.

    >>> contiguous(3)
    ((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5))
    """
    starts = range(C1_MAPS)
    return tuple(tuple(sorted((start + step) % C1_MAPS for step in range(size))) for start in starts)


# The paper's table I: which maps of S2 each of the 16 maps of C3 sees. No two see the same, so they must learn
# different things, and there are fewer connections.
CONNECTIONS = (
    *contiguous(3),
    *contiguous(4),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    tuple(range(C1_MAPS)),
)


class LeNetSpec(NamedTuple):
    """A row of `LENETS`."""

    connections: tuple[tuple[int, ...], ...] | None  # the maps that each map of C3 sees; None: all see all
    subsampling: Literal["trainable", "max"]  # a scaled and shifted sum of 2x2 values; or their maximum
    activation: Literal["scaled_tanh", "relu"]
    output: Literal["rbf", "linear"]  # minus the squared distance to a fixed code; or a dense layer
    params: int  # trainable, at this image size and number of classes, with `in_channels` input channels
    image_size: int = 32  # height and width of the input, pixels
    num_classes: int = 10
    in_channels: int = 1

    @property
    def feature_size(self) -> int:
        """Height and width of what C5 sees, pixels: its kernel is as large.

        Raises:
            ValueError: if nothing is left of the input there.
        """
        size = ((self.image_size - 4) // 2 - 4) // 2
        if size < 1:
            raise ValueError(
                "image_size must be at least 16, because two 5x5 convolutions without padding each take 4 pixels "
                f"and are followed by halving, got {self.image_size}"
            )
        return size


LENETS = {
    "lenet5": LeNetSpec(CONNECTIONS, "trainable", "scaled_tanh", "rbf", params=60_000),
    "lenet5_modern": LeNetSpec(None, "max", "relu", "linear", params=61_706),
}

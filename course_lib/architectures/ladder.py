"""The network of the case study, as a table: one plain convolutional network that is changed one thing at a time.

Stages of 3x3 convolutions, each stage halved in size at its end, then one hidden dense layer. Everything that the
chapters on gradients, initialization, normalization and regularization compare is a field of the row, so a
comparison changes a single word: `LADDERS["plain_cnn"]._replace(activation="sigmoid")`. No framework is imported.
"""

from typing import NamedTuple

from course_lib.architectures.vgg import halved

ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu", "elu", "selu", "gelu", "silu")
NORMS = ("none", "batch", "layer", "instance", "group")
INITIALIZERS = ("default", "he_normal", "xavier_uniform", "lecun_normal", "small_normal", "large_normal")


class LadderSpec(NamedTuple):
    """A row of `LADDERS`."""

    stages: tuple[tuple[int, ...], ...]  # the output channels of each 3x3 convolution, stage by stage
    hidden_units: int  # of the dense layer before the classifier
    params: int  # trainable, at this image size and number of classes, 3 input channels
    image_size: int  # height and width of the input, pixels
    num_classes: int
    activation: str = "relu"
    norm: str = "none"  # between each convolution and its activation
    initializer: str = "default"  # of all but the classifier; "default" is PyTorch's own
    skips: bool = False  # add a convolution's input to its output, where both have as many channels
    dropout: float = 0.0  # the rate after each pooling and before the classifier

    @property
    def feature_size(self) -> int:
        """Height and width of the last stage's output, pixels; ValueError for an input that is too small."""
        return halved(self.image_size, len(self.stages))


def stages(convolutions: int, width: int = 16) -> tuple[tuple[int, ...], ...]:
    """Return three stages of so many convolutions each, with `width`, 2 `width` and 4 `width` channels.

    >>> stages(2, width=8)
    ((8, 8), (16, 16), (32, 32))
    """
    return tuple((width * factor,) * convolutions for factor in (1, 2, 4))


LADDERS = {
    "plain_cnn": LadderSpec(
        stages=stages(2), hidden_units=128, params=204_570, image_size=32, num_classes=10
    ),
}

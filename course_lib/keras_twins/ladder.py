"""The plain convolutional network of the case study in Keras: the twin of `course_lib.pytorch.ladder`.

Norms have PyTorch's constants. Weights are drawn by Keras's initializers of the same names; "default" is Glorot
uniform here.
"""

import keras
from keras import layers

from course_lib.architectures.ladder import ACTIVATIONS, NORMS, LadderSpec
from course_lib.keras_twins.layers import BatchNorm, flatten

INITIALIZERS = {
    "default": "glorot_uniform",
    "he_normal": "he_normal",
    "xavier_uniform": "glorot_uniform",
    "lecun_normal": "lecun_normal",
    "small_normal": keras.initializers.RandomNormal(stddev=0.001),
    "large_normal": keras.initializers.RandomNormal(stddev=1.0),
}
GROUPS = {"layer": 1, "instance": -1, "group": 8}  # -1: one group a channel


def make_norm(name: str) -> layers.Layer:
    """Return the norm called `name`.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in NORMS:
        raise ValueError(f"norm must be one of {', '.join(NORMS)}, got {name!r}")
    if name == "none":
        return layers.Identity()
    if name == "batch":
        return BatchNorm()
    return layers.GroupNormalization(groups=GROUPS[name], epsilon=1e-5)


def make_activation(name: str) -> layers.Layer:
    """Return the activation called `name`.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")
    if name == "leaky_relu":
        return layers.LeakyReLU(negative_slope=0.01)  # Keras's own slope is 0.3, or 0.2 by its name
    return layers.Activation(name)


class ConvUnit(layers.Layer):
    """A 3x3 convolution, norm and activation; keeps H and W. With `skip` the input is added before the activation."""

    def __init__(self, in_channels: int, out_channels: int, spec: LadderSpec):
        super().__init__()
        initializer = INITIALIZERS[spec.initializer]
        bias = spec.norm == "none"
        self.conv = layers.Conv2D(
            out_channels, 3, padding="same", use_bias=bias, kernel_initializer=initializer
        )
        self.norm = make_norm(spec.norm)
        self.activation = make_activation(spec.activation)
        self.skip = spec.skips and in_channels == out_channels  # other shapes cannot be added

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights, once the input's shape (N, H, W, in_channels) is known."""
        self.conv.build(input_shape)
        self.norm.build((*input_shape[:-1], self.conv.filters))

    def call(self, x, training: bool = False):
        """Map (N, H, W, in_channels) to (N, H, W, out_channels)."""
        y = self.norm(self.conv(x), training=training) if self._has_modes() else self.norm(self.conv(x))
        return self.activation(y + x if self.skip else y)

    def _has_modes(self) -> bool:
        return isinstance(self.norm, layers.BatchNormalization)


def build_ladder(spec: LadderSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `LADDERS`: images (N, H, W, C) to logits (N, num_classes)."""
    if spec.initializer not in INITIALIZERS:
        raise ValueError(f"initializer must be one of {', '.join(INITIALIZERS)}, got {spec.initializer!r}")
    initializer = INITIALIZERS[spec.initializer]
    net, channels = [keras.Input((spec.image_size, spec.image_size, in_channels))], in_channels
    for number, stage in enumerate(spec.stages, start=1):
        units = []
        for out_channels in stage:
            units.append(ConvUnit(channels, out_channels, spec))
            channels = out_channels
        drop = [layers.Dropout(spec.dropout)] if spec.dropout else []
        net.append(keras.Sequential([*units, layers.MaxPooling2D(2), *drop], name=f"stage{number}"))
    net.append(keras.Sequential(flatten(), name="flatten"))  # (N, channels * H * W)
    hidden = [
        layers.Dense(spec.hidden_units, kernel_initializer=initializer),
        make_activation(spec.activation),
    ]
    drop = [layers.Dropout(spec.dropout)] if spec.dropout else []
    net.append(keras.Sequential([*hidden, *drop], name="dense"))
    net.append(layers.Dense(num_classes, name="classifier"))
    return keras.Sequential(net)

"""The blocks that several families are built of in Keras: the twins of `course_lib.pytorch.layers`.

Batch norm has PyTorch's constants: Keras's momentum is 1 minus PyTorch's, and its own default epsilon is 100 times
larger. Where a layer has a stride, zeros are laid evenly around the image first, because Keras's padding="same" would
then lay an odd row below and an odd column right. A block with a way around it is a small functional model of its own,
for any H and W; it is used like any other layer.
"""

from collections.abc import Sequence
from functools import partial

import keras
from keras import layers, ops

__all__ = [
    "LocalResponseNorm",
    "classifier_head",
    "concat",
    "conv_bn",
    "conv_bn_relu",
    "flatten",
    "padded",
    "projection",
    "residual_block",
    "squeeze_excitation",
    "transfer_head",
]

BatchNorm = partial(layers.BatchNormalization, momentum=0.9, epsilon=1e-5)


def padded(kernel_size: int, stride: int) -> tuple[list[layers.Layer], str]:
    """Return the layers that pad an image for an odd kernel, and the `padding` that the convolution then needs.

    Together they give H / stride and W / stride, rounded up.
    """
    if stride == 1:
        return [], "same"
    return [layers.ZeroPadding2D(kernel_size // 2)], "valid"


def conv_bn(out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1) -> keras.Sequential:
    """A convolution without bias (batch norm would cancel it), then batch norm.

    Padded so that (N, H, W, C) gives (N, H / stride, W / stride, out_channels), rounded up; odd kernels.
    """
    zeros, padding = padded(kernel_size, stride)
    conv = layers.Conv2D(out_channels, kernel_size, stride, padding=padding, groups=groups, use_bias=False)
    return keras.Sequential([*zeros, conv, BatchNorm()])


def conv_bn_relu(out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1) -> keras.Sequential:
    """`conv_bn`, then ReLU."""
    return keras.Sequential([*conv_bn(out_channels, kernel_size, stride, groups).layers, layers.ReLU()])


def projection(in_channels: int, out_channels: int, stride: int) -> layers.Layer:
    """A block's shortcut: the input itself, or a 1x1 `conv_bn` where the block changes its shape."""
    if stride == 1 and in_channels == out_channels:
        return layers.Identity()
    return conv_bn(out_channels, 1, stride)


def residual_block(in_channels: int, residual: Sequence[layers.Layer], shortcut: layers.Layer) -> keras.Model:
    """relu(residual(x) + shortcut(x)), where `residual` is a list of layers, one after another.

    (N, H, W, in_channels) to the shape that both branches give.
    """
    x = y = keras.Input((None, None, in_channels))
    for layer in residual:
        y = layer(y)
    return keras.Model(x, layers.ReLU()(layers.Add()([y, shortcut(x)])))


def squeeze_excitation(channels: int, squeezed: int, activation: str = "relu") -> keras.Model:
    """x * sigmoid(W2 activation(W1 mean(x))): scale each channel by a number in (0, 1), from the means of all channels.

    (N, H, W, channels) to the same shape. W1 maps `channels` to `squeezed` and W2 back, both with a bias. Source: Hu
    et al. 2018, arXiv:1709.01507.
    """
    x = keras.Input((None, None, channels))
    means = layers.GlobalAveragePooling2D(keepdims=True)(x)  # (N, 1, 1, channels)
    few = layers.Conv2D(squeezed, 1, activation=activation)(means)  # (N, 1, 1, squeezed)
    scales = layers.Conv2D(channels, 1, activation="sigmoid")(few)  # (N, 1, 1, channels)
    return keras.Model(x, layers.Multiply()([x, scales]))


def classifier_head(num_classes: int) -> list[layers.Layer]:
    """The mean of each channel over all places, then a linear classifier: (N, H, W, C) to (N, num_classes)."""
    return [layers.GlobalAveragePooling2D(), layers.Dense(num_classes)]


def transfer_head(
    num_classes: int, hidden_units: int | None = None, dropout: float = 0.2
) -> keras.Sequential:
    """A new end for a pretrained network: (N, H, W, C) to logits (N, num_classes).

    The mean of each channel, then a linear classifier. With `hidden_units` there is a dense layer with ReLU and
    dropout of rate `dropout` between them: more to learn from few images, so it is off by default.
    """
    hidden = []
    if hidden_units is not None:
        hidden = [layers.Dense(hidden_units, activation="relu"), layers.Dropout(dropout)]
    return keras.Sequential(
        [layers.GlobalAveragePooling2D(), *hidden, layers.Dense(num_classes)], name="head"
    )


def concat(in_channels: int, *branches: layers.Layer) -> keras.Model:
    """Branches side by side: each sees the input, and their outputs stand one behind the other in the channels.

    (N, H, W, in_channels) to (N, H', W', sum of the branches' channels).
    """
    x = keras.Input((None, None, in_channels))
    return keras.Model(x, layers.Concatenate()([branch(x) for branch in branches]))


def flatten() -> list[layers.Layer]:
    """(N, H, W, C) to (N, C * H * W): PyTorch flattens channel by channel, so the channels are put first."""
    return [layers.Permute((3, 1, 2)), layers.Flatten()]


@keras.saving.register_keras_serializable("course_lib")
class LocalResponseNorm(layers.Layer):
    """x / (k + alpha * s)^beta, where s sums the squares of x in the `size` channels around, at the same place.

    The channels are cut into `towers` parts, which do not see one another. Here alpha is the paper's; PyTorch's layer
    takes the mean of the squares, so its alpha is `size` times as large. Source: Krizhevsky et al. 2012.
    """

    def __init__(
        self,
        size: int = 5,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 1.0,
        towers: int = 1,
        **settings,  # of every layer in Keras: name, dtype, ...
    ):
        super().__init__(**settings)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k
        self.towers = towers

    def call(self, x):
        """Map (N, H, W, C) to the same shape."""
        _, height, width, channels = x.shape
        part = channels // self.towers
        squares = ops.square(ops.reshape(x, (-1, height, width, self.towers, part)))
        around = [[0, 0]] * 4 + [[self.size // 2, (self.size - 1) // 2]]
        squares = ops.pad(squares, around)  # zeros: no channels stand before the first and behind the last
        sums = sum(squares[..., shift : shift + part] for shift in range(self.size))
        sums = ops.reshape(sums, (-1, height, width, channels))
        return x / ops.power(self.k + self.alpha * sums, self.beta)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict:
        """Return what a saved model keeps of the layer."""
        own = {name: getattr(self, name) for name in ("size", "alpha", "beta", "k", "towers")}
        return {**super().get_config(), **own}

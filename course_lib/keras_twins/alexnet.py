"""AlexNet in Keras: the twin of `course_lib.pytorch.alexnet`, layer for layer.

Paper: Krizhevsky, Sutskever and Hinton 2012. What differs from it is said in the twin.
"""

import keras
from keras import layers

from course_lib.architectures import check_image_size
from course_lib.architectures.alexnet import AlexNetSpec, Convolution
from course_lib.keras_twins.layers import LocalResponseNorm, flatten


def build_stage(row: Convolution, towers: int) -> list[layers.Layer]:
    """A convolution, ReLU and, where the row says so, local response normalization and pooling."""
    conv = layers.Conv2D(
        row.out_channels, row.kernel_size, row.stride, groups=row.groups, activation="relu"
    )  # padding="valid", after the zeros
    norm = [LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0, towers=towers)] if row.response_norm else []
    pool = [layers.MaxPooling2D(3, strides=2)] if row.pool else []  # windows overlap by a pixel
    return [layers.ZeroPadding2D(row.padding), conv, *norm, *pool]


def dense(units: int, dropout_first: bool) -> list[layers.Layer]:
    """A dense layer with ReLU, and dropout with rate 0.5 at one end."""
    layer, dropout = layers.Dense(units, activation="relu"), layers.Dropout(0.5)
    return [dropout, layer] if dropout_first else [layer, dropout]


def build_alexnet(spec: AlexNetSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `ALEXNETS`: images (N, H, W, C) to logits (N, num_classes).

    Raises:
        ValueError: for an image that is too small or leaves the first convolution a fraction of a position.
    """
    check_image_size(spec)
    spec.check_positions()
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    for number, row in enumerate(spec.convolutions, start=1):
        net.append(keras.Sequential(build_stage(row, spec.towers), name=f"stage{number}"))
    # At 227 pixels (N, 6, 6, 256) as it is; from other sizes averages or repeats make it.
    pool = layers.AdaptiveAveragePooling2D(spec.pooled_size)
    net.append(keras.Sequential([pool, *flatten()], name="pool"))
    hidden = [*dense(spec.hidden_units, spec.dropout_first), *dense(spec.hidden_units, spec.dropout_first)]
    net.append(keras.Sequential(hidden, name="dense"))
    net.append(layers.Dense(num_classes, name="classifier"))
    return keras.Sequential(net)

"""GoogLeNet in Keras: the twin of `course_lib.pytorch.googlenet`, layer for layer, without the auxiliary heads.

Paper: Szegedy et al. 2015, arXiv:1409.4842. What differs from it is said in the twin.
"""

from functools import partial

import keras
from keras import layers

from course_lib.architectures import check_image_size
from course_lib.architectures.googlenet import GoogLeNetSpec, InceptionSpec
from course_lib.keras_twins.layers import BatchNorm, LocalResponseNorm, classifier_head, concat, padded


def conv_unit(
    out_channels: int, kernel_size: int, stride: int = 1, batch_norm: bool = False
) -> keras.Sequential:
    """A convolution and ReLU; with batch norm (epsilon 0.001) between them, or else with a bias."""
    zeros, padding = padded(kernel_size, stride)
    conv = layers.Conv2D(out_channels, kernel_size, stride, padding=padding, use_bias=not batch_norm)
    norm = [BatchNorm(epsilon=0.001)] if batch_norm else []
    return keras.Sequential([*zeros, conv, *norm, layers.ReLU()])


def inception(in_channels: int, widths: InceptionSpec, wide_kernel: int, batch_norm: bool) -> keras.Model:
    """An Inception module: (N, H, W, in_channels) to (N, H, W, widths.out_channels)."""
    conv = partial(conv_unit, batch_norm=batch_norm)
    return concat(
        in_channels,
        conv(widths.n1x1, 1),
        keras.Sequential([conv(widths.n3x3_reduce, 1), conv(widths.n3x3, 3)]),
        keras.Sequential([conv(widths.n5x5_reduce, 1), conv(widths.n5x5, wide_kernel)]),
        keras.Sequential([layers.MaxPooling2D(3, strides=1, padding="same"), conv(widths.pool_proj, 1)]),
    )


def build_stem(spec: GoogLeNetSpec) -> keras.Sequential:
    """The layers before 3a: (N, H, W, C) to (N, H/8, W/8, 192), or (N, H/2, W/2, 192) with stride 1."""
    conv = partial(conv_unit, batch_norm=spec.batch_norm)
    pool = halve() if spec.stem_stride > 1 else []
    norms = [] if spec.batch_norm else [LocalResponseNorm(alpha=2e-5), LocalResponseNorm(alpha=2e-5)]
    stem = [conv(64, 7, spec.stem_stride), *pool, *norms[:1], conv(64, 1), conv(192, 3), *norms[1:], *halve()]
    return keras.Sequential(stem, name="stem")


def halve(window: int = 3) -> list[layers.Layer]:
    """Pooling with stride 2 that rounds up: (N, H, W, C), none negative, to (N, H/2, W/2, C).

    A row and a column of zeros are for a last window that hangs over the edge; where none does, no window sees them.
    """
    return [layers.ZeroPadding2D(((0, 1), (0, 1))), layers.MaxPooling2D(window, strides=2)]


def build_googlenet(spec: GoogLeNetSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `GOOGLENETS`: images (N, H, W, C) to logits (N, num_classes).

    Raises:
        ValueError: for an image too small to be halved so often, or a row with auxiliary heads.
    """
    check_image_size(spec)
    if spec.aux_heads:
        raise ValueError("the auxiliary heads are there in PyTorch alone: use the row with aux_heads=False")
    net = [
        keras.Input((spec.image_size, spec.image_size, in_channels)),
        build_stem(spec),
    ]  # (N, H/8, W/8, 192)
    channels = 192
    names = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    for name, widths in zip(names, spec.modules, strict=True):
        if name == "4a":
            net.append(keras.Sequential(halve(), name="pool3"))  # (N, H/16, W/16, 480)
        if name == "5a":
            net.append(keras.Sequential(halve(spec.last_pool), name="pool4"))  # (N, H/32, W/32, 832)
        module = inception(channels, widths, spec.wide_kernel, spec.batch_norm)
        module.name = f"inception{name}"
        net.append(module)
        channels = widths.out_channels
    pool, classifier = classifier_head(num_classes)
    net.append(keras.Sequential([pool, layers.Dropout(spec.dropout), classifier], name="head"))
    return keras.Sequential(net)

"""ResNet in Keras: the twin of `course_lib.pytorch.resnet`, layer for layer.

Paper: He et al. 2016, arXiv:1512.03385. What differs from it is said in the twin. What has a ReLU behind it in the
stem is never negative, so zeros around the image cannot win in the pooling.
"""

from collections.abc import Callable

import keras
from keras import layers

from course_lib.architectures.resnet import WIDTHS, ResNetSpec
from course_lib.keras_twins.layers import classifier_head, conv_bn, conv_bn_relu, projection, residual_block


def basic_block(in_channels: int, width: int, stride: int) -> keras.Model:
    """The residual unit: two 3x3 convolutions, and a way around them.

    (N, H, W, in_channels) to (N, H / stride, W / stride, width).
    """
    residual = [conv_bn_relu(width, 3, stride), conv_bn(width, 3)]
    return residual_block(in_channels, residual, projection(in_channels, width, stride))


def bottleneck(width: int, stride: int) -> list[layers.Layer]:
    """1x1 down to `width`, 3x3, 1x1 up: (N, H, W, C) to (N, H / stride, W / stride, 4 width)."""
    return [conv_bn_relu(width, 1), conv_bn_relu(width, 3, stride), conv_bn(4 * width, 1)]


def bottleneck_block(in_channels: int, width: int, stride: int) -> keras.Model:
    """The residual unit of the deep ones: a `bottleneck`, and a way around it."""
    return residual_block(in_channels, bottleneck(width, stride), projection(in_channels, 4 * width, stride))


BLOCKS = {"basic": (basic_block, 1), "bottleneck": (bottleneck_block, 4)}  # with output channels / width


def build_resnet(spec: ResNetSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `RESNETS`: images (N, H, W, C) to logits (N, num_classes)."""
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    net.append(build_stem(spec.stem))  # (N, H/4, W/4, 64); with a 3x3 stem (N, H, W, 64)
    net += build_stages(spec.depths, *BLOCKS[spec.block])  # (N, H/32, W/32, channels), or H/8, W/8
    net.append(keras.Sequential(classifier_head(num_classes), name="head"))
    return keras.Sequential(net)


def build_stem(stem: str) -> keras.Sequential:
    """The layers before the first stage: a field `stem` of a row."""
    if stem == "3x3":
        return keras.Sequential(conv_bn_relu(64, 3).layers, name="stem")
    pool = [layers.ZeroPadding2D(1), layers.MaxPooling2D(3, strides=2)]
    return keras.Sequential([*conv_bn_relu(64, 7, stride=2).layers, *pool], name="stem")


def build_stages(
    depths: tuple[int, ...], block: Callable[[int, int, int], keras.Model], expansion: int
) -> list[keras.Sequential]:
    """Build the stages: `block(in_channels, width, stride)` gives `width * expansion` channels.

    The first block of every stage but the first halves H and W.
    """
    stages, channels = [], 64
    for number, (depth, width) in enumerate(zip(depths, WIDTHS, strict=True), start=1):
        blocks = []
        for position in range(depth):
            stride = 2 if number > 1 and position == 0 else 1
            blocks.append(block(channels, width, stride))
            channels = width * expansion
        stages.append(keras.Sequential(blocks, name=f"stage{number}"))
    return stages

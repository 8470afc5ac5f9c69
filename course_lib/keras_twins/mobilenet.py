"""MobileNet v1 in Keras: the twin of `course_lib.pytorch.mobilenet`, layer for layer.

Paper: Howard et al. 2017, arXiv:1704.04861. What differs from it is said in the twin, which pads as TensorFlow does
and has TensorFlow's constants in batch norm, so here both are as Keras has them.
"""

import keras
from keras import layers

from course_lib.architectures.mobilenet import MobileNetSpec


def norm_relu6() -> list[layers.Layer]:
    """Batch norm, then min(max(x, 0), 6)."""
    return [layers.BatchNormalization(momentum=0.99, epsilon=1e-3), layers.ReLU(6.0)]


def conv_bn_relu6(out_channels: int, kernel_size: int, stride: int = 1) -> keras.Sequential:
    """A convolution, batch norm, ReLU6: (N, H, W, C) to (N, H / stride, W / stride, out_channels), rounded up."""
    conv = layers.Conv2D(out_channels, kernel_size, stride, padding="same", use_bias=False)
    return keras.Sequential([conv, *norm_relu6()])


def separable_conv(out_channels: int, stride: int) -> keras.Sequential:
    """A 3x3 convolution of each channel by itself, then a 1x1 convolution that mixes the channels."""
    depthwise = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)
    return keras.Sequential([depthwise, *norm_relu6(), conv_bn_relu6(out_channels, 1)])


def build_mobilenet(spec: MobileNetSpec, num_classes: int = 10, in_channels: int = 3) -> keras.Sequential:
    """Build the network of a row of `MOBILENETS`: images (N, H, W, C) to logits (N, num_classes)."""
    stem_stride, *strides = spec.strides
    net = [keras.Input((spec.image_size, spec.image_size, in_channels))]
    net.append(keras.Sequential(conv_bn_relu6(32, 3, stem_stride).layers, name="stem"))  # (N, H/2, W/2, 32)
    for number, (widths, stride) in enumerate(zip(spec.stages, strides, strict=True), start=1):
        blocks = []
        for position, out_channels in enumerate(widths):
            blocks.append(separable_conv(out_channels, stride if position == 0 else 1))
        # (N, H/2, W/2, channels), ... (N, H/32, W/32, 1024)
        net.append(keras.Sequential(blocks, name=f"stage{number}"))
    head = [
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.Dropout(0.001),
        layers.Conv2D(num_classes, 1),  # (N, 1, 1, num_classes)
        layers.Flatten(),
    ]
    net.append(keras.Sequential(head, name="head"))
    return keras.Sequential(net)

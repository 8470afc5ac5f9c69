"""MobileNet v1 in PyTorch: filter each channel by itself, then mix channels by 1x1: an eighth of the multiplications.

Paper: Howard et al. 2017, arXiv:1704.04861.
Differs from the paper: ReLU6 instead of ReLU, dropout of 0.001 before the classifier, which is a 1x1 convolution. All
this is as in keras.applications, whose batch norm this is too, so that its weights fit. Padding is TensorFlow's
"same"; keras.applications pads below and right, which differs where an odd size is halved (not at 224 pixels).
"""

from collections import OrderedDict

from torch import nn

from course_lib.architectures.mobilenet import MobileNetSpec
from course_lib.pytorch.layers import SamePad


def conv_bn_relu6(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """A convolution padded as in TensorFlow, batch norm with its epsilon and momentum there, ReLU6.

    (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride), rounded up.
    """
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, groups=groups, bias=False)
    norm = nn.BatchNorm2d(out_channels, eps=1e-3, momentum=0.01)
    return nn.Sequential(SamePad(kernel_size, stride), conv, norm, nn.ReLU6())


def separable_conv(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """A 3x3 convolution of each channel by itself, then a 1x1 convolution that mixes the channels."""
    return nn.Sequential(
        conv_bn_relu6(in_channels, in_channels, 3, stride, groups=in_channels),
        conv_bn_relu6(in_channels, out_channels, 1),
    )


def build_mobilenet(spec: MobileNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `MOBILENETS`: images (N, C, H, W) to logits (N, num_classes)."""
    channels = 32
    stem_stride, *strides = spec.strides
    net = OrderedDict(stem=conv_bn_relu6(in_channels, channels, 3, stem_stride))  # (N, 32, H/2, W/2)
    for number, (widths, stride) in enumerate(zip(spec.stages, strides, strict=True), start=1):
        blocks = []
        for position, out_channels in enumerate(widths):
            blocks.append(separable_conv(channels, out_channels, stride if position == 0 else 1))
            channels = out_channels
        net[f"stage{number}"] = nn.Sequential(*blocks)  # (N, channels, H/2, W/2), ... (N, 1024, H/32, W/32)
    net["head"] = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Dropout(0.001),
        nn.Conv2d(channels, num_classes, 1),  # (N, num_classes, 1, 1)
        nn.Flatten(),
    )
    return nn.Sequential(net)

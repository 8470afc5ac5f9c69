"""ResNeXt in PyTorch: a bottleneck whose 3x3 convolution is split into groups, for more channels at the same cost.

Paper: Xie et al. 2017, arXiv:1611.05431 (figure 3c).
Differs from the paper: nothing in shape; there too the 3x3 convolution has the stride.
"""

from collections import OrderedDict
from functools import partial

from torch import nn

from course_lib.architectures.resnet import WIDTHS
from course_lib.architectures.resnext import ResNeXtSpec
from course_lib.pytorch.layers import ResidualBlock, classifier_head, conv_bn, conv_bn_relu, projection
from course_lib.pytorch.resnet import build_stages, build_stem


def resnext_block(
    in_channels: int, width: int, stride: int, *, groups: int, group_width: int
) -> ResidualBlock:
    """1x1, grouped 3x3, 1x1: (N, in_channels, H, W) to (N, 4 width, H / stride, W / stride).

    `group_width` is that of the first stage, where `width` is 64, and the groups widen with it.
    """
    inner = groups * group_width * width // WIDTHS[0]
    residual = nn.Sequential(
        conv_bn_relu(in_channels, inner, 1),
        conv_bn_relu(inner, inner, 3, stride, groups),
        conv_bn(inner, 4 * width, 1),
    )
    return ResidualBlock(residual, projection(in_channels, 4 * width, stride))


def build_resnext(spec: ResNeXtSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `RESNEXTS`: images (N, C, H, W) to logits (N, num_classes)."""
    block = partial(resnext_block, groups=spec.groups, group_width=spec.group_width)
    net = OrderedDict(
        stem=build_stem(spec.stem, in_channels)
    )  # (N, 64, H/4, W/4); with a 3x3 stem (N, 64, H, W)
    net |= build_stages(spec.depths, block, expansion=4)  # (N, 2048, H/32, W/32), or H/8, W/8
    net["head"] = classifier_head(4 * WIDTHS[-1], num_classes)
    return nn.Sequential(net)

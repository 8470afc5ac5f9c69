"""SE-ResNet in PyTorch: before a bottleneck's output is added, squeeze-and-excitation scales each of its channels.

Paper: Hu et al. 2018, arXiv:1709.01507 (figure 3).
Differs from the paper: the 3x3 convolution has the stride, not the 1x1 before it, as in `course_lib.pytorch.resnet`.
"""

from collections import OrderedDict
from functools import partial

from torch import nn

from course_lib.architectures.resnet import WIDTHS
from course_lib.architectures.se_resnet import SEResNetSpec
from course_lib.pytorch.layers import ResidualBlock, SqueezeExcitation, classifier_head
from course_lib.pytorch.resnet import bottleneck_block, build_stages, build_stem


def se_block(in_channels: int, width: int, stride: int, *, reduction: int) -> ResidualBlock:
    """ResNet's bottleneck, its output scaled: (N, in_channels, H, W) to (N, 4 width, H / stride, W / stride)."""
    block = bottleneck_block(in_channels, width, stride)
    block.residual.append(SqueezeExcitation(4 * width, 4 * width // reduction))
    return block


def build_se_resnet(spec: SEResNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `SE_RESNETS`: images (N, C, H, W) to logits (N, num_classes)."""
    net = OrderedDict(
        stem=build_stem(spec.stem, in_channels)
    )  # (N, 64, H/4, W/4); with a 3x3 stem (N, 64, H, W)
    block = partial(se_block, reduction=spec.reduction)
    net |= build_stages(spec.depths, block, expansion=4)  # (N, 2048, H/32, W/32), or H/8, W/8
    net["head"] = classifier_head(4 * WIDTHS[-1], num_classes)
    return nn.Sequential(net)

"""ResNet in PyTorch: each block adds its input to what it computes, so it need only learn the difference.

Paper: He et al. 2016, arXiv:1512.03385.
Differs from the paper: a bottleneck that halves the image does so in its 3x3 convolution, not in the 1x1 before it,
which would skip three pixels of four (as in torchvision; often called v1.5).
"""

from collections import OrderedDict
from collections.abc import Callable

from torch import nn

from course_lib.architectures.resnet import WIDTHS, ResNetSpec
from course_lib.pytorch.layers import ResidualBlock, classifier_head, conv_bn, conv_bn_relu, projection


def basic_block(in_channels: int, width: int, stride: int) -> ResidualBlock:
    """Two 3x3 convolutions: (N, in_channels, H, W) to (N, width, H / stride, W / stride)."""
    residual = nn.Sequential(conv_bn_relu(in_channels, width, 3, stride), conv_bn(width, width, 3))
    return ResidualBlock(residual, projection(in_channels, width, stride))


def bottleneck_block(in_channels: int, width: int, stride: int) -> ResidualBlock:
    """1x1 down to `width`, 3x3, 1x1 up: (N, in_channels, H, W) to (N, 4 width, H / stride, W / stride)."""
    residual = nn.Sequential(
        conv_bn_relu(in_channels, width, 1),
        conv_bn_relu(width, width, 3, stride),
        conv_bn(width, 4 * width, 1),
    )
    return ResidualBlock(residual, projection(in_channels, 4 * width, stride))


BLOCKS = {"basic": (basic_block, 1), "bottleneck": (bottleneck_block, 4)}  # with output channels / width


def build_resnet(spec: ResNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `RESNETS`: images (N, C, H, W) to logits (N, num_classes)."""
    block, expansion = BLOCKS[spec.block]
    net = OrderedDict(
        stem=build_stem(spec.stem, in_channels)
    )  # (N, 64, H/4, W/4); with a 3x3 stem (N, 64, H, W)
    net |= build_stages(spec.depths, block, expansion)  # (N, channels, H/32, W/32), or H/8, W/8
    net["head"] = classifier_head(WIDTHS[-1] * expansion, num_classes)
    return nn.Sequential(net)


def build_stem(stem: str, in_channels: int) -> nn.Sequential:
    """The layers before the first stage: a field `stem` of a row."""
    if stem == "3x3":
        return conv_bn_relu(in_channels, 64, 3)
    return conv_bn_relu(in_channels, 64, 7, stride=2).append(nn.MaxPool2d(3, stride=2, padding=1))


def build_stages(
    depths: tuple[int, ...], block: Callable[[int, int, int], nn.Module], expansion: int
) -> OrderedDict[str, nn.Sequential]:
    """Build the stages: `block(in_channels, width, stride)` gives `width * expansion` channels.

    The first block of every stage but the first halves H and W.
    """
    stages, channels = OrderedDict(), 64
    for number, (depth, width) in enumerate(zip(depths, WIDTHS, strict=True), start=1):
        blocks = []
        for position in range(depth):
            stride = 2 if number > 1 and position == 0 else 1
            blocks.append(block(channels, width, stride))
            channels = width * expansion
        stages[f"stage{number}"] = nn.Sequential(*blocks)
    return stages

"""ShuffleNet v2 in PyTorch: half of the channels pass a unit untouched, and a shuffle mixes the halves.

Paper: Ma et al. 2018, arXiv:1807.11164.
Differs from the paper: in nothing that it states; as torchvision has it.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from course_lib.architectures.shufflenet_v2 import ShuffleNetV2Spec
from course_lib.pytorch.layers import classifier_head, conv_bn, conv_bn_relu
from course_lib.pytorch.shufflenet_v1 import ChannelShuffle


def branch(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """1x1, depthwise 3x3 without activation, 1x1.

    (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride).
    """
    return nn.Sequential(
        conv_bn_relu(in_channels, out_channels, 1),
        conv_bn(out_channels, out_channels, 3, stride, groups=out_channels),
        conv_bn_relu(out_channels, out_channels, 1),
    )


class SplitUnit(nn.Module):
    """Half of the channels go through a `branch`, the other half past it: (N, C, H, W) to the same shape."""

    def __init__(self, channels: int):
        super().__init__()
        self.branch = branch(channels // 2, channels // 2, stride=1)
        self.shuffle = ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        past, through = x.chunk(2, dim=1)
        return self.shuffle(torch.cat([past, self.branch(through)], dim=1))


class HalvingUnit(nn.Module):
    """All channels go through two branches with stride 2: (N, in_channels, H, W) to (N, out_channels, H/2, W/2)."""

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.shortcut = nn.Sequential(
            conv_bn(in_channels, in_channels, 3, stride=2, groups=in_channels),
            conv_bn_relu(in_channels, out_channels // 2, 1),
        )
        self.branch = branch(in_channels, out_channels // 2, stride=2)
        self.shuffle = ChannelShuffle(2)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H/2, W/2)."""
        return self.shuffle(torch.cat([self.shortcut(x), self.branch(x)], dim=1))


def build_shufflenet_v2(spec: ShuffleNetV2Spec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `SHUFFLENETS_V2`: images (N, C, H, W) to logits (N, num_classes)."""
    channels = 24
    stem = conv_bn_relu(in_channels, channels, 3, stride=1 if spec.small_images else 2)
    if not spec.small_images:
        stem.append(nn.MaxPool2d(3, stride=2, padding=1))
    net = OrderedDict(stem=stem)  # (N, 24, H/4, W/4)
    for number, (width, depth) in enumerate(zip(spec.widths, spec.depths, strict=True), start=1):
        units = [HalvingUnit(channels, width)] + [SplitUnit(width) for _ in range(depth - 1)]
        net[f"stage{number}"] = nn.Sequential(*units)  # (N, width, H/8, W/8), ... (N, width, H/32, W/32)
        channels = width
    net["features"] = conv_bn_relu(channels, spec.features, 1)  # (N, features, H/32, W/32)
    net["head"] = classifier_head(spec.features, num_classes)
    return nn.Sequential(net)

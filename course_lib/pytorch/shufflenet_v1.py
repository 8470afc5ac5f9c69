"""ShuffleNet v1 in PyTorch: 1x1 convolutions in groups are cheap; shuffling the channels lets the groups talk.

Paper: Zhang et al. 2018, arXiv:1707.01083.
Differs from the paper: in nothing that it states.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from course_lib.architectures.shufflenet_v1 import ShuffleNetV1Spec
from course_lib.pytorch.layers import classifier_head, conv_bn, conv_bn_relu


class ChannelShuffle(nn.Module):
    """Reorder the channels so that each group gets channels of all groups: (a1 a2 b1 b2) becomes (a1 b1 a2 b2)."""

    def __init__(self, groups: int):
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        n, c, h, w = x.shape
        grouped = x.view(n, self.groups, c // self.groups, h, w)
        return grouped.transpose(1, 2).reshape(n, c, h, w)


class ShuffleUnit(nn.Module):
    """Grouped 1x1, shuffle, depthwise 3x3, grouped 1x1; the input is added, or with stride 2 averaged and appended.

    (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride); inside are `out_channels` / 4 channels.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, groups: int, first: bool):
        super().__init__()
        narrow = out_channels // 4
        computed = out_channels if stride == 1 else out_channels - in_channels  # the rest is the input
        self.residual = nn.Sequential(
            conv_bn_relu(in_channels, narrow, 1, groups=1 if first else groups),  # the first has few inputs
            ChannelShuffle(groups),
            conv_bn(narrow, narrow, 3, stride, groups=narrow),
            conv_bn(narrow, computed, 1, groups=groups),
        )
        self.pool = None if stride == 1 else nn.AvgPool2d(3, stride, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        y = self.residual(x)
        return self.relu(x + y if self.pool is None else torch.cat([self.pool(x), y], dim=1))


def build_shufflenet_v1(spec: ShuffleNetV1Spec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `SHUFFLENETS_V1`: images (N, C, H, W) to logits (N, num_classes)."""
    channels = 24
    stem = conv_bn_relu(in_channels, channels, 3, stride=1 if spec.small_images else 2)
    if not spec.small_images:
        stem.append(nn.MaxPool2d(3, stride=2, padding=1))
    net = OrderedDict(stem=stem)  # (N, 24, H/4, W/4)
    for number, (width, depth) in enumerate(zip(spec.widths, spec.depths, strict=True), start=1):
        units = [ShuffleUnit(channels, width, 2, spec.groups, first=number == 1)]
        units += [ShuffleUnit(width, width, 1, spec.groups, first=False) for _ in range(depth - 1)]
        net[f"stage{number}"] = nn.Sequential(*units)  # (N, width, H/8, W/8), ... (N, width, H/32, W/32)
        channels = width
    net["head"] = classifier_head(channels, num_classes)
    return nn.Sequential(net)

"""ConvNeXt in PyTorch: depthwise 7x7 convolutions mix places, dense layers at each place mix channels.

Paper: Liu et al. 2022, arXiv:2201.03545.
Differs from the paper: in nothing that it states; as torchvision has it.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from course_lib.architectures.convnext import ConvNeXtSpec
from course_lib.pytorch.layers import StochasticDepth

EPSILON = 1e-6  # of layer norm
LAYER_SCALE = 1e-6  # at the start: every block begins as nearly the identity


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each place: (N, C, H, W) to the same shape."""

    def forward(self, x: Tensor) -> Tensor:
        """Standardize over the second axis, then scale and shift each channel."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    """x + scale * dense(gelu(dense(norm(depthwise 7x7 (x))))), with four times the channels between the dense layers.

    The dense layers see one place at a time, as 1x1 convolutions would.
    """

    def __init__(self, channels: int, drop: float):
        super().__init__()
        self.layer_scale = nn.Parameter(torch.full((channels, 1, 1), LAYER_SCALE))
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.dense = nn.Sequential(
            nn.LayerNorm(channels, eps=EPSILON),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
        )
        self.drop = StochasticDepth(drop)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        y = self.depthwise(x).permute(0, 2, 3, 1)  # (N, H, W, C), for the dense layers
        y = self.dense(y).permute(0, 3, 1, 2)  # (N, C, H, W)
        return x + self.drop(self.layer_scale * y)


def build_convnext(spec: ConvNeXtSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `CONVNEXTS`: images (N, C, H, W) to logits (N, num_classes)."""
    channels, before, total = spec.widths[0], 0, sum(spec.depths)
    patches = nn.Conv2d(in_channels, channels, spec.patch_size, stride=spec.patch_size)
    net = OrderedDict(stem=nn.Sequential(patches, ChannelNorm(channels, eps=EPSILON)))  # (N, 96, H/4, W/4)
    for number, (width, depth) in enumerate(zip(spec.widths, spec.depths, strict=True), start=1):
        layers = []
        if number > 1:
            halving = nn.Conv2d(channels, width, 2, stride=2)
            layers += [ChannelNorm(channels, eps=EPSILON), halving]  # (N, width, H/2, W/2)
        for _ in range(depth):
            layers.append(ConvNeXtBlock(width, spec.stochastic_depth * before / (total - 1)))
            before += 1
        net[f"stage{number}"] = nn.Sequential(*layers)  # (N, 96, H/4, W/4), ... (N, 768, H/32, W/32)
        channels = width
    net["head"] = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        ChannelNorm(channels, eps=EPSILON),
        nn.Flatten(),
        nn.Linear(channels, num_classes),
    )
    return nn.Sequential(net)

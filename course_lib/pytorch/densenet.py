"""DenseNet in PyTorch: concatenate instead of add, so that every layer reads all features made before it.

Paper: Huang et al. 2017, arXiv:1608.06993.
Differs from the paper: nothing in the network; PyTorch's default initializers instead of He's.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from course_lib.architectures.densenet import DenseNetSpec

BOTTLENECK = 4  # a layer's 1x1 convolution makes this many times the growth rate


def large_image_stem(in_channels: int, out_channels: int) -> nn.Sequential:
    """A 7x7 convolution with stride 2, batch norm, ReLU and pooling: (N, C, H, W) to (N, out_channels, H/4, W/4)."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    )


def small_image_stem(in_channels: int, out_channels: int) -> nn.Sequential:
    """One 3x3 convolution, nothing more: the first layer brings its own batch norm. Keeps H and W."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False))


STEMS = {"7x7": large_image_stem, "3x3": small_image_stem}


class DenseLayer(nn.Module):
    """[x, new(x)]: batch norm, ReLU and convolution, twice (1x1, then 3x3), make `growth_rate` new channels."""

    def __init__(self, in_channels: int, growth_rate: int):
        super().__init__()
        width = BOTTLENECK * growth_rate
        self.new = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, width, kernel_size=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, growth_rate, kernel_size=3, padding=1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, in_channels + growth_rate, H, W)."""
        return torch.cat([x, self.new(x)], dim=1)


def dense_block(in_channels: int, layers: int, growth_rate: int) -> nn.Sequential:
    """So many dense layers, each `growth_rate` channels wider at its input than the one before."""
    widths = [in_channels + layer * growth_rate for layer in range(layers)]
    return nn.Sequential(*[DenseLayer(width, growth_rate) for width in widths])


def transition(in_channels: int) -> nn.Sequential:
    """Half of the channels by a 1x1 convolution, half of the height and width by averaging."""
    return nn.Sequential(
        nn.BatchNorm2d(in_channels),
        nn.ReLU(),
        nn.Conv2d(in_channels, in_channels // 2, kernel_size=1, bias=False),
        nn.AvgPool2d(kernel_size=2, stride=2),
    )


def build_densenet(spec: DenseNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `DENSENETS`: images (N, C, H, W) to logits (N, num_classes)."""
    net = OrderedDict(stem=STEMS[spec.stem](in_channels, spec.stem_channels))
    channels = spec.stem_channels
    for number, layers in enumerate(spec.blocks, start=1):
        net[f"stage{number}"] = dense_block(channels, layers, spec.growth_rate)
        channels += layers * spec.growth_rate
        if number < len(spec.blocks):
            net[f"transition{number}"] = transition(channels)  # (N, channels / 2, H/2, W/2)
            channels //= 2
    net["head"] = nn.Sequential(
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),  # (N, channels, 1, 1)
        nn.Flatten(),
        nn.Linear(channels, num_classes),
    )
    return nn.Sequential(net)

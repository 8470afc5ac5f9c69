"""Xception in PyTorch: separate where a feature lies (depthwise) from which features mix (1x1).

Paper: Chollet 2017, arXiv:1610.02357.
Differs from the paper: batch norm has the epsilon and momentum of the author's own code (Keras 0.001 and 0.99);
no dropout before the classifier, as in that code. The stem's two convolutions are not padded.
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures.xception import XceptionSpec
from course_lib.pytorch.layers import SamePad, classifier_head


def norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm with Keras's constants: Keras's momentum 0.99 is what is kept, PyTorch's 0.01 what is new."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def separable(in_channels: int, out_channels: int) -> nn.Sequential:
    """A 3x3 convolution of each channel by itself, a 1x1 convolution, batch norm; keeps H and W.

    9 in_channels + in_channels * out_channels weights, where a 3x3 convolution has 9 in_channels * out_channels.
    """
    return nn.Sequential(
        nn.Conv2d(in_channels, in_channels, kernel_size=3, padding=1, groups=in_channels, bias=False),
        nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False),
        norm(out_channels),
    )


class XceptionBlock(nn.Module):
    """shortcut(x) + residual(x), with nothing after the sum."""

    def __init__(self, shortcut: nn.Module, residual: nn.Module):
        super().__init__()
        self.shortcut = shortcut
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum of both paths."""
        return self.shortcut(x) + self.residual(x)


def reducing_block(in_channels: int, width: int, out_channels: int) -> XceptionBlock:
    """Two separable convolutions and pooling: (N, in_channels, H, W) to (N, out_channels, H/2, W/2), rounded up."""
    shortcut = nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=2, bias=False), norm(out_channels)
    )
    residual = nn.Sequential(
        nn.ReLU(),  # in the first block the stem has done it already: twice is once
        separable(in_channels, width),
        nn.ReLU(),
        separable(width, out_channels),
        SamePad(kernel_size=3, stride=2, value=float("-inf")),
        nn.MaxPool2d(kernel_size=3, stride=2),
    )
    return XceptionBlock(shortcut, residual)


def middle_block(channels: int) -> XceptionBlock:
    """Three separable convolutions beside an unchanged input; keeps every size."""
    layers = [layer for _ in range(3) for layer in (nn.ReLU(), separable(channels, channels))]
    return XceptionBlock(nn.Identity(), nn.Sequential(*layers))


def build_xception(spec: XceptionSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `XCEPTIONS`: images (N, C, H, W) to logits (N, num_classes)."""
    first, channels = spec.stem_channels
    net = OrderedDict()
    net["stem"] = nn.Sequential(  # (N, 64, H/2 - 3, W/2 - 3)
        nn.Conv2d(in_channels, first, kernel_size=3, stride=spec.stem_stride, bias=False),
        norm(first),
        nn.ReLU(),
        nn.Conv2d(first, channels, kernel_size=3, bias=False),
        norm(channels),
        nn.ReLU(),
    )
    for number, out_channels in enumerate(spec.entry_channels, start=1):
        net[f"stage{number}"] = reducing_block(channels, out_channels, out_channels)  # H and W halve
        channels = out_channels
    number = len(spec.entry_channels) + 1
    net[f"stage{number}"] = nn.Sequential(*[middle_block(channels) for _ in range(spec.middle_blocks)])
    reduced, wider, widest = spec.exit_channels
    net[f"stage{number + 1}"] = nn.Sequential(
        reducing_block(channels, channels, reduced),  # H and W halve
        separable(reduced, wider),
        nn.ReLU(),
        separable(wider, widest),
        nn.ReLU(),
    )
    net["head"] = classifier_head(widest, num_classes)
    return nn.Sequential(net)

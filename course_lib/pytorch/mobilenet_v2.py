"""MobileNet v2 in PyTorch: blocks that widen, filter each channel by itself and narrow again; skips join narrow ends.

Paper: Sandler et al. 2018, arXiv:1801.04381.
Differs from the paper: dropout of 0.2 before the classifier, as in torchvision.
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures.mobilenet_v2 import MobileNetV2Spec
from course_lib.pytorch.layers import conv_bn


def conv_bn_relu6(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """`conv_bn`, then ReLU6, which keeps activations small enough for eight-bit arithmetic."""
    return conv_bn(in_channels, out_channels, kernel_size, stride, groups).append(nn.ReLU6())


class InvertedResidual(nn.Module):
    """1x1 up to `expansion` times the channels, depthwise 3x3, 1x1 down without activation.

    The input is added where the output has its shape.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, expansion: int):
        super().__init__()
        wide = in_channels * expansion
        widen = [conv_bn_relu6(in_channels, wide, 1)] if expansion > 1 else []
        self.residual = nn.Sequential(
            *widen,
            conv_bn_relu6(wide, wide, 3, stride, groups=wide),
            conv_bn(wide, out_channels, 1),  # linear: ReLU would destroy what few channels carry
        )
        self.skip = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        y = self.residual(x)
        return x + y if self.skip else y


def build_mobilenet_v2(spec: MobileNetV2Spec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `MOBILENETS_V2`: images (N, C, H, W) to logits (N, num_classes)."""
    channels, features = 32, 1280
    stem_stride, *strides = spec.strides
    net = OrderedDict(stem=conv_bn_relu6(in_channels, channels, 3, stem_stride))  # (N, 32, H/2, W/2)
    for number, (stage, stride) in enumerate(zip(spec.stages, strides, strict=True), start=1):
        blocks = []
        for position in range(stage.blocks):
            first = stride if position == 0 else 1
            blocks.append(InvertedResidual(channels, stage.channels, first, stage.expansion))
            channels = stage.channels
        net[f"stage{number}"] = nn.Sequential(*blocks)  # (N, 16, H/2, W/2), ... (N, 320, H/32, W/32)
    net["features"] = conv_bn_relu6(channels, features, 1)  # (N, 1280, H/32, W/32)
    net["head"] = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(features, num_classes)
    )
    return nn.Sequential(net)

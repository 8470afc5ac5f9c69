"""EfficientNet in PyTorch: MobileNetV2's blocks with squeeze-and-excitation, scaled in width, depth and image size.

Papers: Tan and Le 2019, arXiv:1905.11946; Hu et al. 2018, arXiv:1709.01507 (squeeze-and-excitation); Huang et al.
2016, arXiv:1603.09382 (stochastic depth).
Differs from the paper: padding is the same on all sides unless the row says otherwise, and the row says which epsilon
batch norm has (as in torchvision; the published weights of EfficientNet-Lite need TensorFlow's padding and epsilon).
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures.efficientnet import EfficientNetSpec, MBConvStage
from course_lib.pytorch.layers import SamePad, SqueezeExcitation, StochasticDepth

STOCHASTIC_DEPTH = 0.2  # the rate that the last block would be followed by; it grows linearly from 0


class Layers:
    """Makes the layers that differ between rows: how they pad, what norm and which activation they have."""

    def __init__(self, spec: EfficientNetSpec):
        self.spec = spec
        self.activation = nn.ReLU6 if spec.lite else nn.SiLU

    def conv_norm(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
    ) -> nn.Sequential:
        """A convolution and batch norm: (N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        same = self.spec.padding == "same"
        pad, padding = ([SamePad(kernel_size, stride)], 0) if same else ([], kernel_size // 2)
        conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False)
        norm = nn.BatchNorm2d(out_channels, eps=self.spec.norm_epsilon, momentum=self.spec.norm_momentum)
        return nn.Sequential(*pad, conv, norm)

    def conv_norm_act(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
    ) -> nn.Sequential:
        """`conv_norm`, then the activation."""
        return self.conv_norm(in_channels, out_channels, kernel_size, stride, groups).append(
            self.activation()
        )

    def excite(self, channels: int, squeezed: int) -> list[nn.Module]:
        """Squeeze-and-excitation; nothing in the lite network."""
        return [] if self.spec.lite else [SqueezeExcitation(channels, squeezed, self.activation)]


class MBConv(nn.Module):
    """1x1 up, depthwise convolution, squeeze-and-excitation, 1x1 down without activation.

    The input is added where the output has its shape.
    """

    def __init__(self, in_channels: int, stage: MBConvStage, stride: int, drop: float, layers: Layers):
        super().__init__()
        wide = in_channels * stage.expansion
        widen = [layers.conv_norm_act(in_channels, wide, 1)] if stage.expansion > 1 else []
        self.residual = nn.Sequential(
            *widen,
            layers.conv_norm_act(wide, wide, stage.kernel_size, stride, groups=wide),
            *layers.excite(wide, in_channels // 4),
            layers.conv_norm(wide, stage.channels, 1),
        )
        self.drop = StochasticDepth(drop)
        self.skip = stride == 1 and in_channels == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, stage.channels, H / stride, W / stride)."""
        y = self.residual(x)
        return x + self.drop(y) if self.skip else y


def build_efficientnet(spec: EfficientNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `EFFICIENTNETS`: images (N, C, H, W) to logits (N, num_classes)."""
    layers = Layers(spec)
    stem_stride, *strides = spec.strides
    channels = spec.stem
    net = OrderedDict(stem=layers.conv_norm_act(in_channels, channels, 3, stem_stride))  # (N, 32, H/2, W/2)
    total, before = sum(stage.blocks for stage in spec.stages), 0
    for number, (stage, stride) in enumerate(zip(spec.stages, strides, strict=True), start=1):
        blocks = []
        for position in range(stage.blocks):
            drop = STOCHASTIC_DEPTH * before / total
            blocks.append(MBConv(channels, stage, stride if position == 0 else 1, drop, layers))
            channels, before = stage.channels, before + 1
        net[f"stage{number}"] = nn.Sequential(*blocks)  # (N, 16, H/2, W/2), ... (N, 320, H/32, W/32)
    net["features"] = layers.conv_norm_act(channels, spec.features, 1)  # (N, 1280, H/32, W/32)
    net["head"] = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(spec.dropout),
        nn.Linear(spec.features, num_classes),
    )
    return nn.Sequential(net)

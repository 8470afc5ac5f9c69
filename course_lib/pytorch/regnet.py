"""RegNet in PyTorch: residual blocks with a grouped convolution, in stages of widths that follow a simple rule.

Paper: Radosavovic et al. 2020, arXiv:2003.13678; squeeze-and-excitation of the Y models: Hu et al. 2018,
arXiv:1709.01507.
Differs from the paper: nothing; the shortcut is registered first, as torchvision does, so that its weights fit.
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures.regnet import RegNetSpec, RegNetStage
from course_lib.pytorch.layers import SqueezeExcitation, classifier_head, conv_bn, conv_bn_relu, projection

STEM_WIDTH = 32


class RegNetBlock(nn.Module):
    """relu(shortcut(x) + residual(x)): 1x1, grouped 3x3, squeeze-and-excitation where the row says so, 1x1.

    The squeezed layer is a share of the block's input channels, not of the channels that it sees.
    """

    def __init__(self, in_channels: int, stage: RegNetStage, stride: int, squeeze: float | None):
        super().__init__()
        width = stage.width
        excite = [] if squeeze is None else [SqueezeExcitation(width, round(squeeze * in_channels))]
        self.shortcut = projection(in_channels, width, stride)
        self.residual = nn.Sequential(
            conv_bn_relu(in_channels, width, 1),
            conv_bn_relu(width, width, 3, stride, groups=width // stage.group_width),
            *excite,
            conv_bn(width, width, 1),
        )
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, width, H / stride, W / stride)."""
        return self.relu(self.shortcut(x) + self.residual(x))


def build_regnet(spec: RegNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `REGNETS`: images (N, C, H, W) to logits (N, num_classes)."""
    net = OrderedDict(stem=conv_bn_relu(in_channels, STEM_WIDTH, 3, spec.stem_stride))  # (N, 32, H/2, W/2)
    channels = STEM_WIDTH
    for number, stage in enumerate(spec.stages, start=1):
        blocks = [RegNetBlock(channels, stage, stride=2, squeeze=spec.squeeze)]
        channels = stage.width
        blocks += [RegNetBlock(channels, stage, 1, spec.squeeze) for _ in range(1, stage.depth)]
        net[f"stage{number}"] = nn.Sequential(*blocks)  # (N, width, H/2, W/2)
    net["head"] = classifier_head(channels, num_classes)
    return nn.Sequential(net)

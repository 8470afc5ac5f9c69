"""ResNet V2 in PyTorch: batch norm and ReLU come before each convolution, so nothing stands on the way past the blocks.

Paper: He et al. 2016, "Identity mappings in deep residual networks", arXiv:1603.05027.
Differs from the paper, as keras.applications does, so that its weights fit: the last block of each stage but the last
halves the image, not the first block of the next; the first convolution, the last of each block and the projections
have biases; the pooling of the stem sees zeros around the image. The convolutions are registered in Keras's order.
"""

from collections import OrderedDict
from functools import partial

from torch import Tensor, nn

from course_lib.architectures.resnet import WIDTHS
from course_lib.architectures.resnet_v2 import ResNetV2Spec
from course_lib.pytorch.layers import classifier_head

EXPANSION = 4  # output channels of a block / width of its 3x3 convolution
BatchNorm = partial(nn.BatchNorm2d, eps=1.001e-5)


def norm_relu(channels: int) -> nn.Sequential:
    """Batch norm, then ReLU."""
    return nn.Sequential(BatchNorm(channels), nn.ReLU())


def conv_norm_relu(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> nn.Sequential:
    """A convolution whose output is made ready for the next one."""
    padding = kernel_size // 2
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
    return nn.Sequential(conv, *norm_relu(out_channels))


class IdentityBlock(nn.Module):
    """x + expand(spatial(reduce(preactivation(x)))); with a stride the shortcut keeps every `stride`-th pixel of x."""

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        self.preactivation = norm_relu(channels)
        self.reduce = conv_norm_relu(channels, width, 1)
        self.spatial = conv_norm_relu(width, width, 3, stride)
        self.expand = nn.Conv2d(width, channels, 1)
        self.shortcut = nn.MaxPool2d(1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H / stride, W / stride)."""
        y = self.preactivation(x)
        return self.shortcut(x) + self.expand(self.spatial(self.reduce(y)))


class ProjectionBlock(nn.Module):
    """The first block of a stage: more channels, so its shortcut is a 1x1 convolution, of the activation, not of x."""

    def __init__(self, in_channels: int, width: int):
        super().__init__()
        self.preactivation = norm_relu(in_channels)
        self.shortcut = nn.Conv2d(in_channels, EXPANSION * width, 1)  # here, because Keras makes it now
        self.reduce = conv_norm_relu(in_channels, width, 1)
        self.spatial = conv_norm_relu(width, width, 3)
        self.expand = nn.Conv2d(width, EXPANSION * width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, 4 width, H, W)."""
        y = self.preactivation(x)
        return self.shortcut(y) + self.expand(self.spatial(self.reduce(y)))


def build_stem(stem: str, in_channels: int) -> nn.Sequential:
    """The layers before the first stage; the first block starts with batch norm, so none is here."""
    if stem == "3x3":
        return nn.Sequential(nn.Conv2d(in_channels, 64, 3, padding=1))
    # No ReLU came before the pooling, so zeros around the image, unlike MaxPool2d's own padding, may win.
    pool = [nn.ZeroPad2d(1), nn.MaxPool2d(3, stride=2)]
    return nn.Sequential(nn.Conv2d(in_channels, 64, 7, stride=2, padding=3), *pool)


def build_resnet_v2(spec: ResNetV2Spec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `RESNETS_V2`: images (N, C, H, W) to logits (N, num_classes)."""
    net = OrderedDict(
        stem=build_stem(spec.stem, in_channels)
    )  # (N, 64, H/4, W/4); with a 3x3 stem (N, 64, H, W)
    channels = 64
    for number, (depth, width) in enumerate(zip(spec.depths, WIDTHS, strict=True), start=1):
        blocks = [ProjectionBlock(channels, width)]
        channels = EXPANSION * width
        for position in range(1, depth):
            halves = position == depth - 1 and number < len(WIDTHS)
            blocks.append(IdentityBlock(channels, width, stride=2 if halves else 1))
        net[f"stage{number}"] = nn.Sequential(*blocks)  # (N, channels, H/2, W/2); the last keeps H and W
    net["head"] = nn.Sequential(*norm_relu(channels), *classifier_head(channels, num_classes))
    return nn.Sequential(net)

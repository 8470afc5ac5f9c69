"""Inception-ResNet in PyTorch: the branches learn what to add to their input, scaled down to keep training stable.

Paper: Szegedy et al. 2017, arXiv:1602.07261.
Differs from the paper: the authors' code, as keras.applications has it: a plainer stem, the last block unscaled and
without ReLU, no dropout before the classifier.
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures.inception_resnet import InceptionResNetSpec
from course_lib.pytorch.layers import Concat, classifier_head

Size = int | tuple[int, int]


def conv(in_channels: int, out_channels: int, kernel_size: Size, stride: int = 1, padding: str = "same"):
    """A convolution without bias, batch norm without scale (the next convolution can scale), ReLU.

    `padding` is "same" (keeps H and W, for stride 1) or "valid" (none).
    """
    norm = nn.BatchNorm2d(out_channels, eps=1e-3, momentum=0.01)
    norm.weight = None
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
    return nn.Sequential(layer, norm, nn.ReLU())


class ResidualBranches(nn.Module):
    """activation(x + scale * projection(branches(x))): the projection is a 1x1 convolution with bias, without norm."""

    def __init__(self, branches: Concat, width: int, channels: int, scale: float, activation: nn.Module):
        super().__init__()
        self.branches = branches
        self.projection = nn.Conv2d(width, channels, kernel_size=1)
        self.scale = scale
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape of x."""
        return self.activation(x + self.scale * self.projection(self.branches(x)))


def block_a(scale: float) -> ResidualBranches:
    """Three branches, with none, one and two 3x3 convolutions; 320 channels."""
    branches = [
        conv(320, 32, 1),
        nn.Sequential(conv(320, 32, 1), conv(32, 32, 3)),
        nn.Sequential(conv(320, 32, 1), conv(32, 48, 3), conv(48, 64, 3)),
    ]
    return ResidualBranches(Concat(*branches), 32 + 32 + 64, 320, scale, nn.ReLU())


def block_b(scale: float) -> ResidualBranches:
    """Two branches, one of them a 7x7 convolution made of 1x7 and 7x1; 1088 channels."""
    branches = [
        conv(1088, 192, 1),
        nn.Sequential(conv(1088, 128, 1), conv(128, 160, (1, 7)), conv(160, 192, (7, 1))),
    ]
    return ResidualBranches(Concat(*branches), 192 + 192, 1088, scale, nn.ReLU())


def block_c(scale: float, activation: nn.Module) -> ResidualBranches:
    """Two branches, one of them a 3x3 convolution made of 1x3 and 3x1; 2080 channels."""
    branches = [
        conv(2080, 192, 1),
        nn.Sequential(conv(2080, 192, 1), conv(192, 224, (1, 3)), conv(224, 256, (3, 1))),
    ]
    return ResidualBranches(Concat(*branches), 192 + 256, 2080, scale, activation)


def widening() -> Concat:
    """Inception-A: (N, 192, H, W) to (N, 320, H, W)."""
    average = nn.AvgPool2d(kernel_size=3, stride=1, padding=1, count_include_pad=False)
    return Concat(
        conv(192, 96, 1),
        nn.Sequential(conv(192, 48, 1), conv(48, 64, 5)),
        nn.Sequential(conv(192, 64, 1), conv(64, 96, 3), conv(96, 96, 3)),
        nn.Sequential(average, conv(192, 64, 1)),
    )


def reduction_a() -> Concat:
    """Halve the size: (N, 320, H, W) to (N, 1088, (H-1)/2, (W-1)/2), rounded down."""
    return Concat(
        conv(320, 384, 3, 2, "valid"),
        nn.Sequential(conv(320, 256, 1), conv(256, 256, 3), conv(256, 384, 3, 2, "valid")),
        nn.MaxPool2d(kernel_size=3, stride=2),
    )


def reduction_b() -> Concat:
    """Halve the size: (N, 1088, H, W) to (N, 2080, (H-1)/2, (W-1)/2), rounded down."""
    return Concat(
        nn.Sequential(conv(1088, 256, 1), conv(256, 384, 3, 2, "valid")),
        nn.Sequential(conv(1088, 256, 1), conv(256, 288, 3, 2, "valid")),
        nn.Sequential(conv(1088, 256, 1), conv(256, 288, 3), conv(288, 320, 3, 2, "valid")),
        nn.MaxPool2d(kernel_size=3, stride=2),
    )


def build_inception_resnet(
    spec: InceptionResNetSpec, num_classes: int = 10, in_channels: int = 3
) -> nn.Sequential:
    """Build the network of a row of `INCEPTION_RESNETS`: images (N, C, H, W) to logits (N, num_classes)."""
    a, b, c = spec.scales
    many_a, many_b, many_c = spec.blocks
    last = block_c(1.0, nn.Identity())
    pooling = nn.MaxPool2d(kernel_size=3, stride=2) if spec.stem_pooling else nn.Identity()
    net = OrderedDict()
    net["stem"] = nn.Sequential(  # (N, 192, H/8, W/8), a little less, as most of it is not padded
        conv(in_channels, 32, 3, spec.stem_stride, "valid"),
        conv(32, 32, 3, padding="valid"),
        conv(32, 64, 3),
        pooling,
        conv(64, 80, 1),
        conv(80, 192, 3, padding="valid"),
        nn.MaxPool2d(kernel_size=3, stride=2),
    )
    net["stage1"] = nn.Sequential(widening(), *[block_a(a) for _ in range(many_a)])  # (N, 320, H/8, W/8)
    net["stage2"] = nn.Sequential(
        reduction_a(), *[block_b(b) for _ in range(many_b)]
    )  # (N, 1088, H/16, W/16)
    blocks = [block_c(c, nn.ReLU()) for _ in range(many_c - 1)]
    net["stage3"] = nn.Sequential(reduction_b(), *blocks, last)  # (N, 2080, H/32, W/32)
    net["head"] = nn.Sequential(conv(2080, 1536, 1), *classifier_head(1536, num_classes))
    return nn.Sequential(net)

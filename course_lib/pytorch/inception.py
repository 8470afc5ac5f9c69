"""Inception-v3 in PyTorch: a 5x5 kernel becomes two of 3x3, a 7x7 a 1x7 and a 7x1; every convolution has batch norm.

Paper: Szegedy et al. 2016, arXiv:1512.00567.
Differs from the paper: as torchvision and the authors' published weights do: modules with 5x5 kernels in stage 1. The
average pooling in a module counts the zeros of its padding, as in torchvision; Keras and TensorFlow leave them out, so
weights trained there give slightly other numbers here.
"""

from torch import Tensor, nn

from course_lib.architectures import check_image_size
from course_lib.architectures.inception import InceptionV3Spec
from course_lib.pytorch.googlenet import WithAuxiliary
from course_lib.pytorch.layers import Concat, classifier_head


def conv(
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int] = 1,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
) -> nn.Sequential:
    """A convolution without bias, batch norm with epsilon 0.001, ReLU."""
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(out_channels, eps=0.001), nn.ReLU())


def row(in_channels: int, out_channels: int, length: int) -> nn.Sequential:
    """A convolution with a kernel of one row: 1 x length; keeps H and W."""
    return conv(in_channels, out_channels, (1, length), padding=(0, length // 2))


def column(in_channels: int, out_channels: int, length: int) -> nn.Sequential:
    """A convolution with a kernel of one column: length x 1; keeps H and W."""
    return conv(in_channels, out_channels, (length, 1), padding=(length // 2, 0))


def pooled(in_channels: int, out_channels: int) -> nn.Sequential:
    """The mean of 3x3 values, then a 1x1 convolution; keeps H and W."""
    return nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), conv(in_channels, out_channels))


def module_a(channels: int, pool_channels: int) -> Concat:
    """Scales of 1x1, 5x5 and 3x3 twice: (N, channels, H, W) to (N, 224 + pool_channels, H, W)."""
    return Concat(
        conv(channels, 64),
        nn.Sequential(conv(channels, 48), conv(48, 64, 5, padding=2)),
        nn.Sequential(conv(channels, 64), conv(64, 96, 3, padding=1), conv(96, 96, 3, padding=1)),
        pooled(channels, pool_channels),
    )


def module_b(channels: int) -> Concat:
    """Halve the image: (N, channels, H, W) to (N, 480 + channels, (H - 1) / 2, (W - 1) / 2)."""
    return Concat(
        conv(channels, 384, 3, stride=2),
        nn.Sequential(conv(channels, 64), conv(64, 96, 3, padding=1), conv(96, 96, 3, stride=2)),
        nn.MaxPool2d(3, stride=2),
    )


def module_c(channels: int, width: int) -> Concat:
    """Scales of 1x1, 7x7 and 7x7 twice, from rows and columns: (N, channels, H, W) to (N, 768, H, W)."""
    return Concat(
        conv(channels, 192),
        nn.Sequential(conv(channels, width), row(width, width, 7), column(width, 192, 7)),
        nn.Sequential(
            conv(channels, width),
            column(width, width, 7),
            row(width, width, 7),
            column(width, width, 7),
            row(width, 192, 7),
        ),
        pooled(channels, 192),
    )


def module_d(channels: int) -> Concat:
    """Halve the image: (N, channels, H, W) to (N, 512 + channels, (H - 1) / 2, (W - 1) / 2)."""
    return Concat(
        nn.Sequential(conv(channels, 192), conv(192, 320, 3, stride=2)),
        nn.Sequential(
            conv(channels, 192), row(192, 192, 7), column(192, 192, 7), conv(192, 192, 3, stride=2)
        ),
        nn.MaxPool2d(3, stride=2),
    )


def module_e(channels: int) -> Concat:
    """Branches that branch again, into a row and a column: (N, channels, H, W) to (N, 2048, H, W)."""
    return Concat(
        conv(channels, 320),
        nn.Sequential(conv(channels, 384), Concat(row(384, 384, 3), column(384, 384, 3))),
        nn.Sequential(
            conv(channels, 448), conv(448, 384, 3, padding=1), Concat(row(384, 384, 3), column(384, 384, 3))
        ),
        pooled(channels, 192),
    )


def build_stem(in_channels: int, stride: int) -> nn.Sequential:
    """The layers before stage 1: at 299 pixels (N, 192, 35, 35)."""
    pool = [nn.MaxPool2d(3, stride=2)] if stride > 1 else []
    return nn.Sequential(
        conv(in_channels, 32, 3, stride),  # (N, 32, 149, 149)
        conv(32, 32, 3),  # (N, 32, 147, 147)
        conv(32, 64, 3, padding=1),
        *pool,  # (N, 64, 73, 73)
        conv(64, 80),
        conv(80, 192, 3),  # (N, 192, 71, 71)
        nn.MaxPool2d(3, stride=2),
    )


def auxiliary_head(in_channels: int, num_classes: int) -> nn.Sequential:
    """A classifier on a middle layer: at 299 pixels (N, in_channels, 17, 17) to (N, 768, 1, 1) to logits."""
    pool = nn.AvgPool2d(5, stride=3)  # (N, in_channels, 5, 5)
    return nn.Sequential(pool, conv(in_channels, 128), conv(128, 768, 5), *classifier_head(768, num_classes))


class InceptionV3(nn.Module):
    """The network; its children are in order, with the auxiliary head before `stage3`."""

    def __init__(self, spec: InceptionV3Spec, num_classes: int, in_channels: int):
        super().__init__()
        self.stem = build_stem(in_channels, spec.stem_stride)
        stage1, channels = [], 192
        for pool_channels in spec.pool_channels:
            stage1.append(module_a(channels, pool_channels))
            channels = 224 + pool_channels
        self.stage1 = nn.Sequential(*stage1)
        stage2 = [module_b(channels), *(module_c(480 + channels, width) for width in spec.channels_7x7)]
        self.stage2 = nn.Sequential(*stage2)
        self.aux_head = spec.aux_head
        if spec.aux_head:
            self.aux1 = auxiliary_head(768, num_classes)
        self.stage3 = nn.Sequential(module_d(768), module_e(1280), module_e(2048))
        self.head = classifier_head(2048, num_classes)
        self.head.insert(2, nn.Dropout(0.5))

    def forward(self, x: Tensor) -> Tensor | WithAuxiliary:
        """Map images (N, C, H, W) to logits (N, num_classes), with the auxiliary head's while in training mode."""
        x = self.stem(x)  # at 299 pixels: (N, 192, 35, 35)
        x = self.stage1(x)  # (N, 288, 35, 35)
        x = middle = self.stage2(x)  # (N, 768, 17, 17)
        x = self.stage3(x)  # (N, 2048, 8, 8)
        logits = self.head(x)
        if self.aux_head and self.training:
            return WithAuxiliary(logits, (self.aux1(middle),))
        return logits


def build_inception(spec: InceptionV3Spec, num_classes: int = 10, in_channels: int = 3) -> InceptionV3:
    """Build the network of a row of `INCEPTIONS`: images (N, C, H, W) to logits (N, num_classes).

    With the auxiliary head, training mode gives a `WithAuxiliary`: `course_lib.pytorch.googlenet.auxiliary_loss`.

    Raises:
        ValueError: for an image too small to be halved so often.
    """
    check_image_size(spec)
    return InceptionV3(spec, num_classes, in_channels)

"""GoogLeNet in PyTorch: look at several scales at once, and pay for it by 1x1 convolutions that reduce channels first.

Paper: Szegedy et al. 2015, arXiv:1409.4842.
Differs from the paper: an auxiliary head averages what it reads to 4x4 with windows that fit any size, where the
paper's are 5x5 with stride 3; the constants of local response normalization, which the paper leaves open, are those of
the Caffe model: 5 channels, alpha 0.0001, beta 0.75, k 1. For torchvision's network see the table.
"""

from functools import partial
from typing import NamedTuple

from torch import Tensor, nn

from course_lib.architectures import check_image_size
from course_lib.architectures.googlenet import GoogLeNetSpec, InceptionSpec
from course_lib.pytorch.layers import Concat, classifier_head

AUXILIARY_WEIGHT = 0.3  # of each auxiliary head's loss, in the paper


class WithAuxiliary(NamedTuple):
    """What a network with auxiliary heads gives in training mode; in evaluation mode it gives the logits alone."""

    logits: Tensor  # (N, num_classes)
    auxiliary: tuple[Tensor, ...]  # the same from each auxiliary head, the earliest first


def auxiliary_loss(
    outputs: Tensor | WithAuxiliary,
    targets: Tensor,
    weight: float = AUXILIARY_WEIGHT,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the mean cross-entropy of the logits plus `weight` times that of each auxiliary head, if there are any.

    `targets` are labels (N,) or probabilities (N, num_classes); `label_smoothing` of them is spread over all classes.
    """
    loss = partial(nn.functional.cross_entropy, target=targets, label_smoothing=label_smoothing)
    if isinstance(outputs, Tensor):
        return loss(outputs)
    return loss(outputs.logits) + weight * sum(map(loss, outputs.auxiliary))


def conv_unit(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, batch_norm: bool = False
) -> nn.Sequential:
    """A convolution and ReLU; with batch norm (epsilon 0.001) between them, or else with a bias."""
    padding = kernel_size // 2
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=not batch_norm)
    norm = [nn.BatchNorm2d(out_channels, eps=0.001)] if batch_norm else []
    return nn.Sequential(conv, *norm, nn.ReLU())


def inception(in_channels: int, widths: InceptionSpec, wide_kernel: int, batch_norm: bool) -> Concat:
    """An Inception module: (N, in_channels, H, W) to (N, widths.out_channels, H, W)."""
    conv = partial(conv_unit, batch_norm=batch_norm)
    return Concat(
        conv(in_channels, widths.n1x1, 1),
        nn.Sequential(conv(in_channels, widths.n3x3_reduce, 1), conv(widths.n3x3_reduce, widths.n3x3, 3)),
        nn.Sequential(
            conv(in_channels, widths.n5x5_reduce, 1), conv(widths.n5x5_reduce, widths.n5x5, wide_kernel)
        ),
        nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), conv(in_channels, widths.pool_proj, 1)),
    )


def build_stem(spec: GoogLeNetSpec, in_channels: int) -> nn.Sequential:
    """The layers before 3a: (N, in_channels, H, W) to (N, 192, H/8, W/8), or (N, 192, H/2, W/2) with stride 1."""
    conv = partial(conv_unit, batch_norm=spec.batch_norm)
    pool = [halve()] if spec.stem_stride > 1 else []
    norms = [] if spec.batch_norm else [nn.LocalResponseNorm(5), nn.LocalResponseNorm(5)]
    return nn.Sequential(
        conv(in_channels, 64, 7, spec.stem_stride),
        *pool,
        *norms[:1],
        conv(64, 64, 1),
        conv(64, 192, 3),
        *norms[1:],
        halve(),
    )


def halve(window: int = 3) -> nn.MaxPool2d:
    """Pooling with stride 2 that rounds up: (N, C, H, W) to (N, C, H/2, W/2)."""
    return nn.MaxPool2d(window, stride=2, ceil_mode=True)


def auxiliary_head(in_channels: int, num_classes: int, batch_norm: bool) -> nn.Sequential:
    """A classifier on a middle layer: (N, in_channels, H, W) to (N, 128, 4, 4) to (N, num_classes)."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(4),
        conv_unit(in_channels, 128, 1, batch_norm=batch_norm),
        nn.Flatten(),
        nn.Linear(128 * 4 * 4, 1024),
        nn.ReLU(),
        nn.Dropout(0.7),
        nn.Linear(1024, num_classes),
    )


class GoogLeNet(nn.Module):
    """The network; its children are in order, with the auxiliary heads before `head`."""

    def __init__(self, spec: GoogLeNetSpec, num_classes: int, in_channels: int):
        super().__init__()
        self.stem = build_stem(spec, in_channels)
        channels, outputs = 192, {}
        names = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
        for name, widths in zip(names, spec.modules, strict=True):
            if name == "4a":
                self.pool3 = halve()
            if name == "5a":
                self.pool4 = halve(spec.last_pool)
            module = inception(channels, widths, spec.wide_kernel, spec.batch_norm)
            self.add_module(f"inception{name}", module)
            channels = outputs[name] = widths.out_channels
        self.aux_heads = spec.aux_heads
        if spec.aux_heads:
            self.aux1 = auxiliary_head(outputs["4a"], num_classes, spec.batch_norm)
            self.aux2 = auxiliary_head(outputs["4d"], num_classes, spec.batch_norm)
        self.head = classifier_head(channels, num_classes)
        self.head.insert(2, nn.Dropout(spec.dropout))

    def forward(self, x: Tensor) -> Tensor | WithAuxiliary:
        """Map images (N, C, H, W) to logits (N, num_classes), with the auxiliary heads' while in training mode."""
        x = self.stem(x)  # (N, 192, H/8, W/8)
        x = self.inception3b(self.inception3a(x))  # (N, 480, H/8, W/8)
        x = self.pool3(x)  # (N, 480, H/16, W/16)
        x = early = self.inception4a(x)  # (N, 512, H/16, W/16)
        x = late = self.inception4d(self.inception4c(self.inception4b(x)))  # (N, 528, H/16, W/16)
        x = self.inception4e(x)  # (N, 832, H/16, W/16)
        x = self.pool4(x)  # (N, 832, H/32, W/32)
        x = self.inception5b(self.inception5a(x))  # (N, 1024, H/32, W/32)
        logits = self.head(x)
        if self.aux_heads and self.training:
            return WithAuxiliary(logits, (self.aux1(early), self.aux2(late)))
        return logits


def build_googlenet(spec: GoogLeNetSpec, num_classes: int = 10, in_channels: int = 3) -> GoogLeNet:
    """Build the network of a row of `GOOGLENETS`: images (N, C, H, W) to logits (N, num_classes).

    With auxiliary heads, training mode gives a `WithAuxiliary`, for which there is `auxiliary_loss`.

    Raises:
        ValueError: for an image too small to be halved so often.
    """
    check_image_size(spec)
    return GoogLeNet(spec, num_classes, in_channels)

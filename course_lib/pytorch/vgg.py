"""VGG in PyTorch: stacks of small 3x3 convolutions see as far as one large kernel and cost less.

Paper: Simonyan and Zisserman 2015, arXiv:1409.1556.
Differs from the paper: the rows `vgg…_bn` have batch norm after every convolution, which came later (Ioffe and
Szegedy 2015, arXiv:1502.03167); `small_vgg` also after its hidden dense layer, of which it has one instead of two, and
it has dropout after each pooling. The deep ones average to 7x7 what their stages give, so that they take images of any
size from 32 pixels on, as in torchvision.
"""

from collections import OrderedDict

from torch import nn

from course_lib.architectures import check_image_size
from course_lib.architectures.vgg import DeepVGGSpec, VGGSpec


def conv_bn_relu(in_channels: int, out_channels: int) -> nn.Sequential:
    """A 3x3 convolution without bias (batch norm would cancel it), batch norm, ReLU; keeps H and W."""
    conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())


def build_vgg(spec: VGGSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `VGGS`: images (N, C, H, W) to logits (N, num_classes)."""
    net = OrderedDict()
    channels = in_channels
    for number, stage in enumerate(spec.stages, start=1):
        layers = []
        for out_channels in stage:
            layers.append(conv_bn_relu(channels, out_channels))
            channels = out_channels
        layers += [nn.MaxPool2d(2), nn.Dropout(spec.conv_dropout)]
        net[f"stage{number}"] = nn.Sequential(*layers)  # (N, channels, H/2, W/2)
    net["flatten"] = nn.Flatten()  # (N, channels * H * W)
    net["dense"] = nn.Sequential(
        nn.Linear(channels * spec.feature_size**2, spec.hidden_units, bias=False),
        nn.BatchNorm1d(spec.hidden_units),
        nn.ReLU(),
        nn.Dropout(spec.dense_dropout),
    )
    net["classifier"] = nn.Linear(spec.hidden_units, num_classes)
    return nn.Sequential(net)


def build_stage(in_channels: int, widths: tuple[int, ...], batch_norm: bool) -> nn.Sequential:
    """3x3 convolutions with biases, each with ReLU and batch norm if wanted, then pooling, which halves H and W."""
    layers = []
    for width in widths:
        norm = [nn.BatchNorm2d(width)] if batch_norm else []
        layers += [nn.Conv2d(in_channels, width, kernel_size=3, padding=1), *norm, nn.ReLU()]
        in_channels = width
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def build_deep_vgg(spec: DeepVGGSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `DEEP_VGGS`: images (N, C, H, W) to logits (N, num_classes).

    Raises:
        ValueError: for an image too small to be halved so often.
    """
    check_image_size(spec)
    net, channels = OrderedDict(), in_channels
    for number, widths in enumerate(spec.stages, start=1):
        net[f"stage{number}"] = build_stage(channels, widths, spec.batch_norm)  # (N, channels, H/2, W/2)
        channels = widths[-1]
    net["pool"] = nn.Sequential(nn.AdaptiveAvgPool2d(spec.pooled_size), nn.Flatten())
    units = spec.hidden_units
    net["dense"] = nn.Sequential(
        *(nn.Linear(channels * spec.pooled_size**2, units), nn.ReLU(), nn.Dropout(0.5)),
        *(nn.Linear(units, units), nn.ReLU(), nn.Dropout(0.5)),
    )
    net["classifier"] = nn.Linear(units, num_classes)
    return nn.Sequential(net)

"""VGG in PyTorch: stacks of small 3x3 convolutions see as far as one large kernel and cost less.

Paper: Simonyan and Zisserman 2015, arXiv:1409.1556.
Differs from the paper: batch norm after every convolution and the hidden dense layer, dropout after each
pooling, one hidden dense layer instead of two. Batch norm came after the paper: Ioffe and Szegedy 2015,
arXiv:1502.03167.
"""

from collections import OrderedDict

from torch import nn

from course_lib.architectures.vgg import VGGSpec


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

"""SqueezeNet in PyTorch: most inputs of the costly 3x3 convolutions are squeezed away by 1x1 convolutions before them.

Paper: Iandola et al. 2016, arXiv:1602.07360.
Differs from the paper: the first convolution has no padding, and poolings round up, as in torchvision.
"""

from collections import OrderedDict

from torch import nn

from course_lib.architectures import check_image_size
from course_lib.architectures.squeezenet import FireSpec, SqueezeNetSpec
from course_lib.pytorch.layers import Concat


def conv_relu(in_channels: int, out_channels: int, kernel_size: int) -> nn.Sequential:
    """A convolution with bias, then ReLU; keeps H and W."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2), nn.ReLU()
    )


def fire(in_channels: int, spec: FireSpec) -> nn.Sequential:
    """A Fire module: (N, in_channels, H, W) to (N, squeeze, H, W) to (N, 2 expand, H, W)."""
    return nn.Sequential(
        conv_relu(in_channels, spec.squeeze, 1),
        Concat(conv_relu(spec.squeeze, spec.expand, 1), conv_relu(spec.squeeze, spec.expand, 3)),
    )


def build_squeezenet(spec: SqueezeNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `SQUEEZENETS`: images (N, C, H, W) to logits (N, num_classes).

    Raises:
        ValueError: for an image too small to be halved so often.
    """
    check_image_size(spec)
    channels, kernel_size, stride = spec.stem_channels, spec.stem_kernel_size, spec.stem_stride
    padding = kernel_size // 2 if stride == 1 else 0
    net = OrderedDict()
    net["stem"] = nn.Sequential(
        nn.Conv2d(in_channels, channels, kernel_size, stride, padding), nn.ReLU()
    )  # (N, channels, H/2, W/2) less the border; with stride 1 (N, channels, H, W)
    for number, row in enumerate(spec.stages, start=1):
        layers = [nn.MaxPool2d(3, stride=2, ceil_mode=True)] if number > 1 or stride > 1 else []
        for module in row:
            layers.append(fire(channels, module))
            channels = module.out_channels
        net[f"stage{number}"] = nn.Sequential(*layers)  # (N, channels, H/2, W/2)
    net["head"] = nn.Sequential(  # no dense layer: a map for each class, and its mean
        nn.Dropout(0.5), nn.Conv2d(channels, num_classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    return nn.Sequential(net)

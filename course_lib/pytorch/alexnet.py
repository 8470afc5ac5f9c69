"""AlexNet in PyTorch: a deep convolutional network with ReLU, dropout and overlapping pooling, trained on GPUs.

Paper: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks"; for
`alexnet`, Krizhevsky 2014, arXiv:1404.5997.
Differs from the paper: `alexnet_two_towers` takes images of 227 pixels, where the paper says 224, which do not fit its
first convolution; `alexnet` pads them by 2 pixels instead. The two towers are the groups of one convolution, and local
response normalization stays within a tower, because a GPU held only its own maps.
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures import check_image_size
from course_lib.architectures.alexnet import AlexNetSpec, Convolution


class LocalResponseNorm(nn.Module):
    """x / (2 + 10^-4 * s)^0.75, where s sums the squares of x in the 5 channels around, at the same place.

    The channels are cut into `towers` parts, which do not see one another. PyTorch's layer takes the mean of the 5
    squares, not the sum, so its `alpha` is five times the paper's.
    """

    def __init__(self, towers: int):
        super().__init__()
        self.towers = towers
        self.norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        parts = x.unflatten(1, (self.towers, -1)).flatten(0, 1)  # (N * towers, C / towers, H, W)
        return self.norm(parts).unflatten(0, (-1, self.towers)).flatten(1, 2)


def build_stage(in_channels: int, row: Convolution, towers: int) -> nn.Sequential:
    """A convolution, ReLU and, where the row says so, local response normalization and pooling."""
    conv = nn.Conv2d(
        in_channels, row.out_channels, row.kernel_size, row.stride, row.padding, groups=row.groups
    )
    norm = [LocalResponseNorm(towers)] if row.response_norm else []
    pool = [nn.MaxPool2d(3, stride=2)] if row.pool else []  # windows overlap by a pixel
    return nn.Sequential(conv, nn.ReLU(), *norm, *pool)


def dense(in_features: int, out_features: int, dropout_first: bool) -> list[nn.Module]:
    """A dense layer, ReLU, and dropout with rate 0.5 at one end."""
    layers = [nn.Linear(in_features, out_features), nn.ReLU()]
    return [nn.Dropout(0.5), *layers] if dropout_first else [*layers, nn.Dropout(0.5)]


def build_alexnet(spec: AlexNetSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `ALEXNETS`: images (N, C, H, W) to logits (N, num_classes).

    Raises:
        ValueError: for an image that is too small or leaves the first convolution a fraction of a position.
    """
    check_image_size(spec)
    spec.check_positions()
    net, channels = OrderedDict(), in_channels
    for number, row in enumerate(spec.convolutions, start=1):
        net[f"stage{number}"] = build_stage(channels, row, spec.towers)
        channels = row.out_channels
    # At 227 pixels (N, 256, 6, 6) as it is; from other sizes averages or repeats make it.
    net["pool"] = nn.Sequential(nn.AdaptiveAvgPool2d(spec.pooled_size), nn.Flatten())
    net["dense"] = nn.Sequential(
        *dense(channels * spec.pooled_size**2, spec.hidden_units, spec.dropout_first),
        *dense(spec.hidden_units, spec.hidden_units, spec.dropout_first),
    )
    net["classifier"] = nn.Linear(spec.hidden_units, num_classes)
    return nn.Sequential(net)

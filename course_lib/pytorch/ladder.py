"""The plain convolutional network of the case study: every rung of the ladder changes one thing of it.

Papers: He et al. 2016, arXiv:1512.03385 (skip connections); Ioffe and Szegedy 2015, arXiv:1502.03167, Ba et al.
2016, arXiv:1607.06450, Ulyanov et al. 2016, arXiv:1607.08022, and Wu and He 2018, arXiv:1803.08494 (norms).
"""

from collections import OrderedDict

from torch import Tensor, nn

from course_lib.architectures.ladder import LadderSpec
from course_lib.pytorch.initializers import initialize

ACTIVATIONS = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}
NORMS = {
    "none": lambda channels: nn.Identity(),
    "batch": nn.BatchNorm2d,
    "layer": lambda channels: nn.GroupNorm(1, channels),  # over channels, height and width of one example
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
    "group": lambda channels: nn.GroupNorm(8, channels),
}


def choose(kind: str, name: str, choices: dict):
    """Return `choices[name]`.

    Raises:
        ValueError: if there is none; the message lists the names.
    """
    if name not in choices:
        raise ValueError(f"{kind} must be one of {', '.join(choices)}, got {name!r}")
    return choices[name]


class ConvUnit(nn.Module):
    """A 3x3 convolution, norm and activation; keeps H and W. With `skip` the input is added before the activation.

    The input is added only where it has as many channels as the output.
    """

    def __init__(self, in_channels: int, out_channels: int, activation: str, norm: str, skip: bool):
        super().__init__()
        # A bias before a norm would be cancelled by it (not by layer or group norm, but its own shift replaces it).
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=norm == "none")
        self.norm = choose("norm", norm, NORMS)(out_channels)
        self.activation = choose("activation", activation, ACTIVATIONS)()
        self.skip = skip and in_channels == out_channels  # other shapes cannot be added

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H, W)."""
        y = self.norm(self.conv(x))
        return self.activation(y + x if self.skip else y)


def build_ladder(spec: LadderSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `LADDERS`: images (N, C, H, W) to logits (N, num_classes)."""
    net = OrderedDict()
    channels = in_channels
    for number, stage in enumerate(spec.stages, start=1):
        units = []
        for out_channels in stage:
            units.append(ConvUnit(channels, out_channels, spec.activation, spec.norm, spec.skips))
            channels = out_channels
        drop = [nn.Dropout(spec.dropout)] if spec.dropout else []
        net[f"stage{number}"] = nn.Sequential(*units, nn.MaxPool2d(2), *drop)  # (N, channels, H/2, W/2)
    net["flatten"] = nn.Flatten()  # (N, channels * H * W)
    hidden = [
        nn.Linear(channels * spec.feature_size**2, spec.hidden_units),
        ACTIVATIONS[spec.activation](),
    ]
    net["dense"] = nn.Sequential(*hidden, *([nn.Dropout(spec.dropout)] if spec.dropout else []))
    initialize(nn.Sequential(net), spec.initializer)
    net["classifier"] = nn.Linear(
        spec.hidden_units, num_classes
    )  # no activation follows: PyTorch's own start
    return nn.Sequential(net)

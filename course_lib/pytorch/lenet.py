"""LeNet-5 in PyTorch: convolutions share their weights over all places, subsampling makes places matter less.

Paper: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition".
Differs from the paper: the output's codes are drawn at random, where the paper's are drawings of the characters; the
outputs are minus the distances, so that the largest wins; PyTorch's draws of the weights. The row `lenet5_modern` has
what is common today: every map of C3 sees all maps of S2, maximum pooling, ReLU, a dense output.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from course_lib.architectures.lenet import C1_MAPS, C3_MAPS, C5_UNITS, F6_UNITS, LeNetSpec


class ScaledTanh(nn.Module):
    """1.7159 tanh(2 x / 3), which maps 1 to 1 and -1 to -1."""

    def forward(self, x: Tensor) -> Tensor:
        """Map each number; the shape stays."""
        return 1.7159 * torch.tanh(x * (2 / 3))


class Subsampling(nn.Module):
    """coefficient * (sum of 2x2 values) + bias, with one coefficient and one bias for each channel."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), 0.25))  # at first the mean
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H/2, W/2)."""
        sums = 4 * nn.functional.avg_pool2d(x, 2)
        return sums * self.weight[:, None, None] + self.bias[:, None, None]


class TableConv2d(nn.Module):
    """A convolution whose output channel i sees only the input channels `connections[i]`.

    Only the kernels of connected channels are parameters: (connections, kernel_size, kernel_size). Each output
    channel's are drawn as PyTorch draws a convolution's: evenly, up to 1 / sqrt(fan in).

    Raises:
        ValueError: if an output channel sees no input channel, or one twice.
    """

    def __init__(self, in_channels: int, connections: tuple[tuple[int, ...], ...], kernel_size: int):
        super().__init__()
        for seen in connections:
            if not seen or len(set(seen)) < len(seen) or not set(seen) <= set(range(in_channels)):
                raise ValueError(
                    f"connections must name different channels from 0 to {in_channels - 1}, at least one for each "
                    f"output channel, got {seen}"
                )
        self.full_shape = (len(connections), in_channels, kernel_size, kernel_size)
        pairs = [(output, seen) for output, row in enumerate(connections) for seen in row]
        self.register_buffer("pairs", torch.tensor(pairs).T, persistent=False)  # (2, connections)
        bounds = torch.tensor([(len(row) * kernel_size**2) ** -0.5 for row in connections])
        kernels = torch.rand(len(pairs), kernel_size, kernel_size) * 2 - 1
        self.weight = nn.Parameter(kernels * bounds[self.pairs[0], None, None])
        self.bias = nn.Parameter((torch.rand(len(connections)) * 2 - 1) * bounds)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H - kernel_size + 1, W - kernel_size + 1)."""
        full = self.weight.new_zeros(self.full_shape).index_put(tuple(self.pairs), self.weight)
        return nn.functional.conv2d(x, full, self.bias)


class RBFOutput(nn.Module):
    """Minus the squared distance to each class's code of +1 and -1, which is drawn once and not trained."""

    def __init__(self, features: int, num_classes: int):
        super().__init__()
        self.register_buffer("codes", torch.randint(2, (num_classes, features)) * 2.0 - 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, features) to (N, num_classes)."""
        return -(x[:, None] - self.codes).square().sum(2)


ACTIVATIONS = {"scaled_tanh": ScaledTanh, "relu": nn.ReLU}


def subsampling(spec: LeNetSpec, channels: int) -> list[nn.Module]:
    """The layers that halve H and W; the trainable kind has an activation of its own."""
    if spec.subsampling == "max":
        return [nn.MaxPool2d(2)]
    return [Subsampling(channels), ACTIVATIONS[spec.activation]()]


def build_lenet(spec: LeNetSpec, num_classes: int = 10, in_channels: int = 1) -> nn.Sequential:
    """Build the network of a row of `LENETS`: images (N, C, H, W) to logits (N, num_classes)."""
    activation = ACTIVATIONS[spec.activation]
    c3 = TableConv2d(C1_MAPS, spec.connections, 5) if spec.connections else nn.Conv2d(C1_MAPS, C3_MAPS, 5)
    output = RBFOutput if spec.output == "rbf" else nn.Linear
    net = OrderedDict(
        c1=nn.Sequential(nn.Conv2d(in_channels, C1_MAPS, 5), activation()),  # (N, 6, H - 4, W - 4): 28 x 28
        s2=nn.Sequential(*subsampling(spec, C1_MAPS)),  # (N, 6, 14, 14)
        c3=nn.Sequential(c3, activation()),  # (N, 16, 10, 10)
        s4=nn.Sequential(*subsampling(spec, C3_MAPS)),  # (N, 16, 5, 5)
        c5=nn.Sequential(
            nn.Conv2d(C3_MAPS, C5_UNITS, spec.feature_size), activation(), nn.Flatten()
        ),  # (N, 120)
        f6=nn.Sequential(nn.Linear(C5_UNITS, F6_UNITS), activation()),
        output=output(F6_UNITS, num_classes),
    )
    return nn.Sequential(net)

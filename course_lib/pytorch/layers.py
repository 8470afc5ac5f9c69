"""The blocks that several families are built of."""

import torch
from torch import Tensor, nn


def conv_bn(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """A convolution without bias (batch norm would cancel it), then batch norm.

    Padded so that (N, in_channels, H, W) gives (N, out_channels, H / stride, W / stride), rounded up; odd kernels.
    """
    padding = kernel_size // 2
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))


def conv_bn_relu(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """`conv_bn`, then ReLU."""
    return conv_bn(in_channels, out_channels, kernel_size, stride, groups).append(nn.ReLU())


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """A block's shortcut: the input itself, or a 1x1 `conv_bn` where the block changes its shape."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return conv_bn(in_channels, out_channels, 1, stride)


class ResidualBlock(nn.Module):
    """relu(residual(x) + shortcut(x))."""

    def __init__(self, residual: nn.Module, shortcut: nn.Module):
        super().__init__()
        self.residual = residual
        self.shortcut = shortcut
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the shape that both branches give."""
        return self.relu(self.residual(x) + self.shortcut(x))


class SqueezeExcitation(nn.Module):
    """x * sigmoid(W2 activation(W1 mean(x))): scale each channel by a number in (0, 1), from the means of all channels.

    W1 maps `channels` to `squeezed` and W2 back, both with a bias. Source: Hu et al. 2018, arXiv:1709.01507.
    """

    def __init__(self, channels: int, squeezed: int, activation: type[nn.Module] = nn.ReLU):
        super().__init__()
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.activation = activation()
        self.excite = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        means = self.mean(x)  # (N, C, 1, 1)
        return x * self.excite(self.activation(self.squeeze(means))).sigmoid()


def classifier_head(channels: int, num_classes: int) -> nn.Sequential:
    """The mean of each channel over all places, then a linear classifier: (N, C, H, W) to (N, num_classes)."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, num_classes))


class Concat(nn.Module):
    """Branches side by side: each sees the input, and their outputs stand one behind the other in the channels."""

    def __init__(self, *branches: nn.Module):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, sum of the branches' channels, H', W')."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class SamePad(nn.Module):
    """Zeros, or another `value`, around an image, as TensorFlow's padding="same" lays them for this size and stride.

    The convolution, itself without padding, then gives H / stride, rounded up. Where an odd number of rows is needed,
    the odd one lies below, and the odd column right; PyTorch's `padding` is the same on all sides. Before max pooling,
    where padding must never win, the value is minus infinity.
    """

    def __init__(self, kernel_size: int, stride: int, value: float = 0.0):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H + rows, W + columns)."""
        rows, columns = (
            max((-(-size // self.stride) - 1) * self.stride + self.kernel_size - size, 0)
            for size in x.shape[2:]
        )
        left, above = columns // 2, rows // 2
        return nn.functional.pad(x, (left, columns - left, above, rows - above), value=self.value)


class StochasticDepth(nn.Module):
    """In training, set all of an example to zero at this rate and divide the others by 1 - rate: y = x b / (1 - rate).

    On a residual branch it skips the block for some examples. Source: Huang et al. 2016, arXiv:1603.09382.

    Raises:
        ValueError: for a rate that is not in [0, 1).
    """

    def __init__(self, rate: float):
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"the rate of stochastic depth must be at least 0 and less than 1, got {rate}")
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, ...) to the same shape."""
        if not self.training or self.rate == 0:
            return x
        kept = x.new_empty(len(x), *[1] * (x.ndim - 1)).bernoulli_(1 - self.rate)
        return x * (kept / (1 - self.rate))

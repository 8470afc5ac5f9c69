"""Dense layers with batch norm between them, in PyTorch: the first batch norm scales the pixels.

Batch norm: Ioffe and Szegedy 2015, arXiv:1502.03167.
Differs from the paper: batch norm comes after the activation, not before it, so the dense layers keep their biases.
"""

from collections import OrderedDict

from torch import nn

from course_lib.architectures.mlp import BatchNormMLPSpec


def build_batch_norm_mlp(
    spec: BatchNormMLPSpec, num_classes: int = 10, in_channels: int = 1
) -> nn.Sequential:
    """Build the network of a row of `BATCH_NORM_MLPS`: images (N, C, H, W) to logits (N, num_classes)."""
    features = in_channels * spec.image_size**2
    net = OrderedDict(stem=nn.Sequential(nn.Flatten(), nn.BatchNorm1d(features)))  # (N, C * H * W)
    for number, units in enumerate(spec.hidden_units, start=1):
        net[f"stage{number}"] = nn.Sequential(
            nn.Linear(features, units), nn.ReLU(), nn.BatchNorm1d(units)
        )  # (N, units)
        features = units
    net["head"] = nn.Linear(features, num_classes)
    return nn.Sequential(net)

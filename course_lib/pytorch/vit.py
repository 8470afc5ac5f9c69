"""The Vision Transformer in PyTorch: cut the image into patches and let each patch ask all others what matters.

Paper: Dosovitskiy et al. 2021, arXiv:2010.11929.
Differs from the paper: no dropout, as in torchvision.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from course_lib.architectures.vit import ViTSpec

EPSILON = 1e-6  # of layer norm


class Positions(nn.Module):
    """Add to each token what says where it stands; learned."""

    def __init__(self, tokens: int, width: int):
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, tokens, width).normal_(std=0.02))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, tokens, width) to the same shape."""
        return x + self.pos_embedding


class Tokens(nn.Module):
    """Images to tokens: a linear map of each patch, a class token before them, positions added."""

    def __init__(self, spec: ViTSpec, in_channels: int):
        super().__init__()
        self.image_size = spec.image_size
        self.class_token = nn.Parameter(torch.zeros(1, 1, spec.width))
        self.patches = nn.Conv2d(in_channels, spec.width, spec.patch_size, stride=spec.patch_size)
        self.positions = Positions(1 + spec.patches, spec.width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, 1 + patches, width).

        Raises:
            ValueError: for images of another size than the positions were made for.
        """
        if x.shape[2:] != (self.image_size, self.image_size):
            size = " x ".join(map(str, x.shape[2:]))
            raise ValueError(
                f"expected images of {self.image_size} x {self.image_size} pixels, got {size}: resize them, "
                "or build the model with another image_size"
            )
        patches = self.patches(x).flatten(2).transpose(1, 2)  # (N, patches, width)
        tokens = torch.cat([self.class_token.expand(len(x), -1, -1), patches], dim=1)
        return self.positions(tokens)


class EncoderBlock(nn.Module):
    """x + attention(norm(x)), then the same with two dense layers at each token."""

    def __init__(self, width: int, heads: int, hidden_units: int):
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, eps=EPSILON)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.dense_norm = nn.LayerNorm(width, eps=EPSILON)
        self.dense = nn.Sequential(nn.Linear(width, hidden_units), nn.GELU(), nn.Linear(hidden_units, width))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, tokens, width) to the same shape."""
        y = self.attention_norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.dense(self.dense_norm(x))


class ClassToken(nn.Module):
    """Take the first token, in which the network has gathered what the classifier needs."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, tokens, width) to (N, width)."""
        return x[:, 0]


def build_vit(spec: ViTSpec, num_classes: int = 10, in_channels: int = 3) -> nn.Sequential:
    """Build the network of a row of `VITS`: images (N, C, H, W) to logits (N, num_classes).

    Raises:
        ValueError: if an image of the row's size cannot be cut into whole patches.
    """
    net = OrderedDict(stem=Tokens(spec, in_channels))  # (N, 1 + patches, width), and so through all blocks
    for number in range(1, spec.depth + 1):
        net[f"stage{number}"] = EncoderBlock(spec.width, spec.heads, spec.hidden_units)
    net["head"] = nn.Sequential(
        nn.LayerNorm(spec.width, eps=EPSILON), ClassToken(), nn.Linear(spec.width, num_classes)
    )
    return nn.Sequential(net)

"""A data set on the device: bytes there, batches gathered, scaled and normalized there."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course_lib.data import Dataset


class Normalization(NamedTuple):
    """Mean and standard deviation of each channel, of pixels scaled to 0..1."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def measure_normalization(images: np.ndarray) -> Normalization:
    """Measure images uint8 (N, H, W, C) channel by channel.

    Counting how often each of the 256 values occurs makes the sums exact. A channel that never changes gets
    a deviation of 1, so that it is only shifted.
    """
    values = np.arange(256) / 255
    means, stds = [], []
    for channel in range(images.shape[-1]):
        share = np.bincount(images[..., channel].ravel(), minlength=256) / images[..., channel].size
        mean = share @ values
        std = np.sqrt(share @ (values - mean) ** 2)
        means.append(float(mean))
        stds.append(float(std) if std > 0 else 1.0)
    return Normalization(tuple(means), tuple(stds))


class Batches:
    """The images and labels of a data set on a device.

    Images stay uint8 (N, H, W, C), a quarter of the memory of float32; `images(index)` makes a float batch
    (B, C, H, W). The axes are swapped without copying, so it comes in PyTorch's channels_last format, in
    which convolutions run fastest.
    """

    def __init__(self, dataset: Dataset, normalization: Normalization, device: torch.device):
        channels = dataset.images.shape[-1]
        if channels != len(normalization.mean):
            raise ValueError(
                f"the images must have {len(normalization.mean)} channels, as in training, got {channels}"
            )
        self.pixels = torch.tensor(dataset.images, device=device)
        self.labels = torch.tensor(dataset.labels, device=device)
        self.num_classes = len(dataset.class_names)
        mean, std = torch.tensor(normalization, dtype=torch.float64)
        as_channels = (1, channels, 1, 1)  # (pixel / 255 - mean) / std is pixel * scale + shift
        self.scale = (1 / (255 * std)).float().view(as_channels).to(device)
        self.shift = (-mean / std).float().view(as_channels).to(device)

    def __len__(self) -> int:
        return len(self.labels)

    def images(self, index: Tensor) -> Tensor:
        """Return the normalized images float32 (B, C, H, W) of the examples in `index` (B,)."""
        pixels = self.pixels.index_select(0, index).permute(0, 3, 1, 2)
        return pixels.float().mul_(self.scale).add_(self.shift)

    def cut(self, batch_size: int, generator: torch.Generator | None = None) -> list[Tensor]:
        """Return the indices of each batch: in order, or shuffled if there is a `generator` (of the CPU).

        The last batch holds what is left; a single example left over joins the batch before it, because
        batch norm cannot train on one example.
        """
        count = len(self)
        order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
        parts = list(order.to(self.pixels.device).split(batch_size))
        if len(parts) > 1 and len(parts[-1]) == 1 < batch_size:
            parts[-2:] = [torch.cat(parts[-2:])]
        return parts

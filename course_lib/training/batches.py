"""A data set in batches: bytes on the device, or streamed to it; augmented, scaled and normalized there."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from course_lib.data import Dataset
from course_lib.data.augmentation import Augmentation
from course_lib.pytorch.augmentation import augment
from course_lib.training.normalization import Normalization


class Batches:
    """The images and labels of a data set on a device.

    Images stay uint8 (N, H, W, C), a quarter of the memory of float32. `load` gathers them batch by batch and
    `images` makes floats (B, C, H, W) of a batch. The axes are swapped without copying, so it comes in PyTorch's
    channels_last format, in which convolutions run fastest.
    """

    def __init__(self, dataset: Dataset, normalization: Normalization, device: torch.device):
        self.class_names = dataset.class_names
        self.num_classes = len(dataset.class_names)
        self.device = device
        channels = dataset.images.shape[-1]
        if channels != len(normalization.mean):
            raise ValueError(
                f"the images must have {len(normalization.mean)} channels, as in training, got {channels}"
            )
        mean, std = torch.tensor(normalization, dtype=torch.float64)
        as_channels = (1, channels, 1, 1)  # (pixel / 255 - mean) / std is pixel * scale + shift
        self.scale = (1 / (255 * std)).float().view(as_channels).to(device)
        self.shift = (-mean / std).float().view(as_channels).to(device)
        self._keep(dataset)

    def _keep(self, dataset: Dataset) -> None:
        self.pixels = torch.tensor(dataset.images, device=self.device)
        self.labels = torch.tensor(dataset.labels, device=self.device)

    def __len__(self) -> int:
        return len(self.labels)

    def load(self, parts: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Give the bytes (B, H, W, C) and labels (B,) of each batch; its indices are on the CPU."""
        for index in parts:
            index = index.to(self.device)
            yield self.pixels.index_select(0, index), self.labels.index_select(0, index)

    def images(
        self, pixels: Tensor, how: Augmentation | None = None, generator: torch.Generator | None = None
    ) -> Tensor:
        """Make normalized images float32 (B, C, H, W) of bytes (B, H, W, C), each changed at random as `how` says.

        The random numbers come from `generator`, which must be of the same device.
        """
        if how is None:
            return pixels.permute(0, 3, 1, 2).float().mul_(self.scale).add_(self.shift)
        return augment(pixels, how, generator).mul_(self.scale * 255).add_(self.shift)

    def cut(
        self, batch_size: int, generator: torch.Generator | None = None, smallest: int = 2
    ) -> list[Tensor]:
        """Return the indices of each batch: in order, or shuffled if there is a `generator` (of the CPU).

        The last batch holds what is left; fewer than `smallest` left over join the batch before it, because
        batch norm cannot train on one example.
        """
        count = len(self)
        order = torch.arange(count) if generator is None else torch.randperm(count, generator=generator)
        parts = list(order.split(batch_size))
        if len(parts) > 1 and len(parts[-1]) < min(smallest, batch_size):
            parts[-2:] = [torch.cat(parts[-2:])]
        return parts


class StreamedBatches(Batches):
    """The same, for a set too large for the device: worker processes gather batches ahead of their use.

    The images stay where they are, in main memory or in a memory-mapped file (`numpy.load(path, mmap_mode="r")`).
    """

    WORKERS = 2

    def _keep(self, dataset: Dataset) -> None:
        self.rows = _Rows(dataset.images)
        self.labels = torch.tensor(dataset.labels, device=self.device)

    def load(self, parts: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Give the bytes (B, H, W, C) and labels (B,) of each batch; its indices are on the CPU."""
        loader = DataLoader(
            self.rows,
            batch_size=None,  # each index below is that of a whole batch
            sampler=[part.numpy() for part in parts],
            num_workers=self.WORKERS,
            pin_memory=self.device.type == "cuda",
            generator=torch.Generator(),  # or it would draw from the one that dropout uses
        )
        for index, pixels in zip(parts, loader, strict=True):
            yield pixels.to(self.device, non_blocking=True), self.labels[index.to(self.device)]


class _Rows:
    """What a DataLoader's workers index: a batch at a time."""

    def __init__(self, images: np.ndarray):
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: np.ndarray) -> Tensor:
        return torch.from_numpy(self.images[index])


def make_batches(
    dataset: Dataset, normalization: Normalization, device: torch.device, stream: bool | None = None
) -> Batches:
    """Keep a data set on the device or stream it there; None streams what would fill over half the free memory.

    On a CPU None streams nothing: the images are in its memory already, unless they are memory-mapped.
    """
    if stream is None and device.type == "cuda":
        stream = dataset.images.nbytes > torch.cuda.mem_get_info(device)[0] / 2
    elif stream is None:
        stream = isinstance(dataset.images, np.memmap)
    return (StreamedBatches if stream else Batches)(dataset, normalization, device)

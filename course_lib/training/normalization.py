"""What a channel's pixels are shifted and divided by before a network sees them. Loads no framework."""

from typing import NamedTuple

import numpy as np


class Normalization(NamedTuple):
    """Mean and standard deviation of each channel, of pixels scaled to 0..1."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def normalization_of(images: np.ndarray, inputs: str) -> Normalization:
    """Return what brings images uint8 (N, H, W, C) to a recipe's `inputs`.

    "standardized" measures them; "unit" leaves pixels at 0..1; "bytes" brings them back to 0..255.
    """
    if inputs == "standardized":
        return measure_normalization(images)
    channels = images.shape[-1]
    return Normalization((0.0,) * channels, (1.0 if inputs == "unit" else 1 / 255,) * channels)


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

"""The random numbers of shared/random.js, made in Python, so that torch can be given what a demo has drawn."""

import numpy as np


class PageRandom:
    """A stream of the numbers that `uniform(seed)` and `fillNormal` give on a page, in the same order."""

    def __init__(self, seed: int):
        self.state = seed

    def uniform(self, count: int) -> np.ndarray:
        """Return the next numbers of [0, 1): mulberry32."""
        steps = np.arange(1, count + 1, dtype=np.uint64)
        t = (np.uint64(self.state) + steps * np.uint64(0x6D2B79F5)) & np.uint64(0xFFFFFFFF)
        self.state = int(t[-1]) if count else self.state
        t = _low(_low(t ^ (t >> np.uint64(15))) * (t | np.uint64(1)))
        t = t ^ _low(t + _low((t ^ (t >> np.uint64(7))) * (t | np.uint64(61))))
        return (t ^ (t >> np.uint64(14))) / 4294967296

    def normal(self, *shape: int) -> np.ndarray:
        """Return the next standard normal numbers, drawn in pairs: an odd count leaves one unused."""
        count = int(np.prod(shape))
        pairs = self.uniform(2 * ((count + 1) // 2)).reshape(-1, 2)
        radius, angle = np.sqrt(-2 * np.log(1 - pairs[:, 0])), 2 * np.pi * pairs[:, 1]
        both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        return both.ravel()[:count].reshape(shape)


def _low(values: np.ndarray) -> np.ndarray:
    """The lower 32 bits, as a multiplication of 32-bit numbers leaves them."""
    return values & np.uint64(0xFFFFFFFF)

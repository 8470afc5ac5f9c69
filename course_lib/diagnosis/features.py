"""What the learning-curve doctor measures on a pair of curves, each number by its name.

Medians take the place of means and Theil-Sen slopes that of least squares, so that one odd epoch changes little:
Theil 1950, "A rank-invariant method of linear and polynomial regression analysis"; Sen 1968, "Estimates of the
regression coefficient based on Kendall's tau", doi:10.1080/01621459.1968.10480934.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Array = np.ndarray

GUESS_ERROR = (
    0.5  # the error rate of guessing that is assumed for an unknown number of classes: two, to be careful
)
MOST_AMPLIFIED = 3.0  # how far at most the first loss is scaled up to the loss of guessing
SMALLEST_VALIDATION = 40  # examples; below it one of them moves the accuracy by 2.5 points or more


def running_median(values: Array, width: int) -> Array:
    """The median of each value and its neighbors within `width // 2` epochs; fewer at the ends."""
    half = width // 2
    return np.array([np.median(values[max(0, i - half) : i + half + 1]) for i in range(len(values))])


def slope(values: Array) -> float:
    """The Theil-Sen slope per epoch: the median of the slopes of all pairs of points."""
    i, j = np.triu_indices(len(values), 1)
    return float(np.median((values[j] - values[i]) / (j - i)))


def jitter(values: Array) -> float:
    """The deviation of the noise about a smooth curve, from the second differences.

    A straight line has none; independent noise of deviation σ gives second differences of deviation √6 σ, and
    1.4826 turns their median size into it. Fewer than three values show none.
    """
    if len(values) < 3:
        return 0.0
    return float(1.4826 * np.median(np.abs(np.diff(values, 2))) / math.sqrt(6))


def fill(values: Array) -> Array:
    """The same curve with straight lines over its gaps."""
    known = np.isfinite(values)
    return np.interp(np.arange(len(values)), np.flatnonzero(known), values[known])


def validation_size(accuracies: Array) -> int | None:
    """The number of validation examples up to `SMALLEST_VALIDATION` that the accuracies betray.

    With n examples each accuracy is a multiple of 1/n. The smallest n that fits all is returned, if other values
    with as many decimals would hardly fit by chance (1 in 1,000); otherwise None.

    >>> validation_size(np.array([0.0667, 0.4, 0.6667, 0.7333, 0.8]))
    15
    """
    values = np.unique(accuracies[np.isfinite(accuracies)].round(6))
    decimals = next((d for d in range(2, 6) if np.allclose(values, values.round(d), rtol=0, atol=1e-9)), 6)
    inner = int(((values > 0) & (values < 1)).sum())
    for n in range(4, SMALLEST_VALIDATION + 1):
        misses = np.abs(values - np.rint(values * n) / n)
        by_chance = min(1.0, n * 10.0**-decimals) ** inner
        if inner >= (2 if n <= 20 else 3) and misses.max() < 0.51 * 10.0**-decimals and by_chance < 1e-3:
            return n
    return None


@dataclass(frozen=True, eq=False)
class Curves:
    """The columns of a run, without gaps, and what is measured on them. Accuracies are None where not given."""

    loss: Array
    val_loss: Array
    accuracy: Array | None = None
    val_accuracy: Array | None = None
    num_classes: int | None = None

    @property
    def epochs(self) -> int:
        """How many there are."""
        return len(self.loss)

    @property
    def rated(self) -> bool:
        """Whether there are accuracies of both sets."""
        return self.accuracy is not None and self.val_accuracy is not None

    @cached_property
    def width(self) -> int:
        """Epochs in a running median: a tenth of the run, odd, at least 3."""
        return max(3, self.epochs // 10 // 2 * 2 + 1)

    @cached_property
    def tail(self) -> int:
        """Epochs that count as the end of the run: its last sixth, at least 2."""
        return max(2, round(self.epochs / 6))

    def end(self, values: Array) -> float:
        """The level at the end: the median of the tail."""
        return float(np.median(values[-self.tail :]))

    def settled(self, values: Array) -> float:
        """The median of the second half."""
        return float(np.median(values[self.epochs // 2 :]))

    @cached_property
    def aligned(self) -> Array:
        """The training loss at the end of each epoch, when the validation loss is measured.

        The column holds the mean over an epoch, in which the weights change; it belongs to the middle. So the
        mean of each epoch's loss and the next one's is taken; the last epoch keeps its own.
        """
        return self._align(self.loss)

    @cached_property
    def aligned_accuracy(self) -> Array:
        """The training accuracy, moved in the same way."""
        return self._align(self.accuracy)

    def _align(self, values: Array) -> Array:
        return np.append((values[:-1] + values[1:]) / 2, values[-1])

    @cached_property
    def start(self) -> float:
        """The training loss of the first epoch."""
        return float(self.loss[0])

    @cached_property
    def scale(self) -> float:
        """The loss of guessing, by which falls, gaps and rises are measured, so that units do not matter.

        It is ln M if the number of classes is given and the first loss is compatible with it. Otherwise it is the
        first training loss, scaled up where the first accuracy shows that much was learnt in the first epoch.
        """
        if self.num_classes is not None and self.start <= 2 * math.log(self.num_classes):
            return max(math.log(self.num_classes), self.start)
        scale = max(self.start, float(np.ptp(self.loss)), 1e-12)
        if self.accuracy is None:
            return scale
        error = max(1 - float(self.accuracy[0]), 1e-9)
        return scale * min(MOST_AMPLIFIED, max(1.0, GUESS_ERROR / error))

    @cached_property
    def final_loss(self) -> float:
        """Level of the training loss at the end."""
        return self.end(self.loss)

    @cached_property
    def final_val_loss(self) -> float:
        """Level of the validation loss at the end."""
        return self.end(self.val_loss)

    @cached_property
    def final_accuracy(self) -> float:
        """Level of the training accuracy at the end."""
        return self.end(self.accuracy)

    @cached_property
    def final_val_accuracy(self) -> float:
        """Level of the validation accuracy at the end."""
        return self.end(self.val_accuracy)

    @cached_property
    def fell(self) -> float:
        """Share of the scale by which the training loss fell from the first epoch to the end."""
        return (self.start - self.final_loss) / self.scale

    def late_fall(self, values: Array) -> float:
        """Share of the scale by which a curve falls over the last third of the run, at its slope there."""
        part = values[-max(4, round(self.epochs / 3)) :]
        return -slope(part) * self.epochs / 3 / self.scale

    @cached_property
    def noise(self) -> float:
        """Jitter of the validation loss over the last two thirds, as a share of the scale."""
        return jitter(self.val_loss[self.epochs // 3 :] if self.epochs > 8 else self.val_loss) / self.scale

    @cached_property
    def train_noise(self) -> float:
        """Jitter of the training loss over the last two thirds, as a share of the scale."""
        return jitter(self.loss[self.epochs // 3 :] if self.epochs > 8 else self.loss) / self.scale

    @cached_property
    def train_restlessness(self) -> float:
        """Jitter of the whole training loss, as a share of its own level."""
        return jitter(self.loss) / max(float(np.median(self.loss)), 1e-12)

    @cached_property
    def gaps(self) -> Array:
        """Validation loss less training loss at the end of each epoch, smoothed, as shares of the scale."""
        return running_median(self.val_loss - self.aligned, self.width) / self.scale

    @cached_property
    def gap(self) -> float:
        """The gap at the end."""
        return self.end(self.gaps)

    @cached_property
    def early_gap(self) -> float:
        """The gap in the second sixth of the run."""
        return self._early(self.gaps)

    def _early(self, values: Array) -> float:
        first = max(1, self.epochs // 6)
        return float(np.median(values[first : max(first + 1, self.epochs // 3)]))

    @cached_property
    def accuracy_gap(self) -> float:
        """Training accuracy less validation accuracy at the end."""
        return self.end(self.aligned_accuracy - self.val_accuracy)

    @cached_property
    def early_accuracy_gap(self) -> float:
        """The same in the second sixth of the run."""
        return self._early(self.aligned_accuracy - self.val_accuracy)

    @cached_property
    def turn(self) -> int:
        """The epoch, counted from 0, at which the smoothed validation loss is lowest."""
        return int(np.argmin(running_median(self.val_loss, self.width)))

    @cached_property
    def lowest(self) -> float:
        """The lowest smoothed validation loss."""
        return float(running_median(self.val_loss, self.width).min())

    @cached_property
    def rise(self) -> float:
        """Share of the scale by which the validation loss ends above its lowest level."""
        return (self.final_val_loss - self.lowest) / self.scale

    @cached_property
    def share_below(self) -> float:
        """Share of the second half's epochs in which validation loss lies below training loss."""
        half = slice(self.epochs // 2, None)
        return float(np.mean(self.val_loss[half] < self.aligned[half]))

    @cached_property
    def advantage(self) -> float:
        """How far validation loss lies below training loss in the second half, as a share of the training loss."""
        half = slice(self.epochs // 2, None)
        return float(np.median(1 - self.val_loss[half] / np.maximum(self.aligned[half], 1e-12)))

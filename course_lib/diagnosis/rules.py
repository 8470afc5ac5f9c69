"""The rules of the learning-curve doctor, in the order in which they are asked: the first that applies decides.

Each takes `Curves` and returns None, or the sentences that say which measured number passed which threshold. All
falls, gaps, rises and jitters are shares of the loss of guessing (`Curves.scale`), so that units do not matter.

The thresholds were chosen on one half of `benchmarks/doctor_histories.json`; `benchmarks/doctor.md` reports how the
rules do on the other.
"""

import math
from collections.abc import Callable

import numpy as np

from course_lib.diagnosis.features import Curves, validation_size

FEWEST_EPOCHS = 5

# diverged
TIMES_LOWEST = 2.0  # the training loss ends at so many times its lowest value ...
GAVE_BACK = 0.4  # ... and has lost this share of its progress again
ABOVE_START = 1.1  # or it ends at so many times its first value
RESTLESS = 0.04  # or it jumps by this share of its level ...
POOR_ACCURACY = 0.4  # ... at a training accuracy a below this ...
ABOVE_FAIR = 2.0  # ... and at so many times -ln a, which guessing would give ...
NOTHING_LEARNT, ABOVE_FAIR_AT_CHANCE = (
    0.15,
    1.25,
)  # ... or so many where the accuracy is below the first number
VERY_RESTLESS = 0.15  # or, without accuracies, it jumps by this share of its level ...
HIGH_NATS, HIGH_SHARE = 3.0, 0.3  # ... which is above so many nats or this share of its first value

# at chance
NO_PROGRESS = 0.04  # the training loss fell by less
NEAR_CHANCE = 0.15  # relative distance from ln M
FROZEN = 0.002  # a training loss that moves by less is not learning, whatever its unit
HIGHEST_CHANCE = 12.0  # about ln 160,000: a higher loss has another unit
LOWEST_CHANCE = 0.5  # a little below ln 2, the loss of guessing between two classes
IN_BITS = 0.12  # relative distance of the accuracy from 2^-loss, if the loss is in bits
BETTER_THAN_CHANCE = 1.3  # a network that learnt is right more often than exp(-loss), by this factor

# gaps
SMALL_GAP = 0.12  # between the losses at the end
SMALL_ACCURACY_GAP = 0.09  # between the accuracies at the end
GAP_OVER_NOISE = 6.0  # a gap is clear that is so many deviations of the validation loss's jitter

# overfit
RISE = 0.03  # the validation loss ends so far above its lowest level ...
RISE_OF_LOWEST = 0.08  # ... by this share of that level ...
RISE_OVER_NOISE = 3.0  # ... and by so many deviations of its jitter
EARLY = 0.52  # a gap is late if less than this share of it was there in the second sixth of the run

# unrepresentative validation set
NOISY = 0.025  # jitter of the validation loss ...
NOISIER = 4.0  # ... and as a multiple of the training loss's jitter

# easier validation set
LASTING = 0.8  # the share of epochs in which validation has the lower loss ...
EASIER = 0.06  # ... by this share of the training loss ...
LEAD_OVER_NOISE = 2.0  # ... and, where it is erratic, by so many deviations of its jitter ...
LEAST_LEAD = 0.01  # ... and the higher accuracy, by this much ...
FEWER_ERRORS = 0.1  # ... and this share of the training error

# underfit or good
STILL_FALLING = 0.022  # both losses fell by more over the last third ...
FALLING_WHEN_GOOD = 0.02  # ... or by more than this at a level that is good already ...
STEADY, STEADY_LEAST = (
    0.6,
    0.004,
)  # ... or at this share of the run's mean rate, if not by less than the second number
GOOD_ACCURACY = 0.78  # training accuracy, counted from 0 for guessing to 1
GOOD_LOSS = 0.42  # without accuracies: training loss as a share of the loss of guessing ...
GOOD_NATS = 0.5  # ... or in nats, for runs that are good after one epoch

Evidence = list[str] | None  # None: the rule does not apply


def grew(c: Curves) -> Evidence:
    """The training loss ends above its first value. This rule alone is asked of runs that are too short for
    the others.
    """
    last = float(c.loss[-1])
    if last - c.start <= (ABOVE_START - 1) * abs(c.start):
        return None
    return [f"Training loss ends at {last:.3g}, above its first value {c.start:.3g}."]


def diverged(c: Curves) -> Evidence:
    """The training loss has lost its progress again, or jumps about far above the loss of guessing."""
    lowest, ends = float(c.loss.min()), c.final_loss
    back = (ends - lowest) / max(c.start - lowest, 1e-12)
    if ends > TIMES_LOWEST * lowest and back > GAVE_BACK:
        return [
            f"Training loss fell to {lowest:.3g} in epoch {int(c.loss.argmin()) + 1} and ends at {ends:.3g}: "
            f"it has lost {back:.0%} of its progress."
        ]
    if not c.rated:
        return restless(c)
    if c.train_restlessness > RESTLESS and c.final_accuracy < POOR_ACCURACY:
        fair = -math.log(max(c.final_accuracy, 1e-3))
        nothing = c.final_accuracy < NOTHING_LEARNT and c.late_fall(c.loss) < NO_PROGRESS
        if ends > (ABOVE_FAIR_AT_CHANCE if nothing else ABOVE_FAIR) * fair:
            return [
                f"Training loss stays at {ends:.3g} with an accuracy of {c.final_accuracy:.3f}; a network that "
                f"gave each class its due would have about {fair:.3g}.",
                f"It jumps by {c.train_restlessness:.0%} of its level from epoch to epoch.",
            ]
    return None


def restless(c: Curves) -> Evidence:
    """The training loss jumps about at a high level, which no accuracy is needed to call divergence."""
    high = c.final_loss > min(HIGH_NATS, HIGH_SHARE * c.start)
    falls = c.late_fall(c.loss) > max(NO_PROGRESS, 3 * c.train_noise)
    if not high or c.train_restlessness < VERY_RESTLESS or falls:
        return None
    return [
        f"Training loss jumps by {c.train_restlessness:.0%} of its level from epoch to epoch, about "
        f"{c.final_loss:.3g}, and makes no progress."
    ]


def at_chance(c: Curves) -> Evidence:
    """The network guesses: the accuracy is 1/M and the loss ln M, or it never moved.

    A network that has learnt something is right more often than exp(-loss), the mean probability that it gives to
    the true class (a geometric mean); one that guesses is not. So M need not be known.
    """
    if abs(c.late_fall(c.loss)) > max(NO_PROGRESS, 3 * c.train_noise) or c.final_loss < LOWEST_CHANCE:
        return None
    if falls_steadily(c):
        return None
    still = abs(c.fell) < NO_PROGRESS
    if not c.rated:
        after_jump = c.start > c.loss[1] and abs(c.loss[1] / c.final_loss - 1) < NO_PROGRESS / 2
        return never_moved(c) if still or after_jump else None
    loss, accuracy = c.settled(c.loss), c.settled(c.accuracy)
    classes = c.num_classes or likely_classes(accuracy, loss)
    bits = still and abs(accuracy * 2 ** min(loss, 20.0) - 1) < IN_BITS
    frozen = float(np.ptp(c.loss)) < FROZEN * c.scale
    if c.num_classes is None and (bits or frozen):
        classes = max(2, round(1 / max(accuracy, 1e-3)))
    any_unit = frozen or bits or (still and c.num_classes is not None)
    if accuracy > BETTER_THAN_CHANCE / classes:
        return None
    if not any_unit and accuracy > BETTER_THAN_CHANCE * math.exp(-min(loss, 20.0)):
        return None
    if not still and loss < (1 - NEAR_CHANCE) * math.log(classes):
        return None
    return [
        f"Training loss goes from {c.start:.3g} to {loss:.3g}; guessing among {classes} classes gives ln {classes} = "
        f"{math.log(classes):.3g}.",
        f"Training accuracy is {accuracy:.3f}, validation accuracy {c.settled(c.val_accuracy):.3f}; 1/{classes} = "
        f"{1 / classes:.3f}.",
    ]


def never_moved(c: Curves) -> Evidence:
    """A training loss that stands still from the second epoch on, at ln M, or at a level that cannot be one in nats."""
    loss = c.settled(c.loss)
    sentences = [
        f"Training loss begins at {c.start:.3g} and stands still at {loss:.3g} from the second epoch on."
    ]
    if c.num_classes is None and loss > HIGHEST_CHANCE:
        return sentences
    classes = c.num_classes or max(2, round(math.exp(loss)))
    if abs(loss / math.log(classes) - 1) > NEAR_CHANCE:
        return None
    return [
        *sentences,
        f"That is the loss of guessing among {classes} classes: ln {classes} = {math.log(classes):.3g}.",
    ]


def likely_classes(accuracy: float, loss: float) -> int:
    """The number of classes that a guessing network's accuracy 1/M and loss ln M speak for."""
    by_loss = max(2, round(math.exp(min(loss, 7.0))))
    by_accuracy = max(2, round(1 / max(accuracy, 1e-3)))
    return by_accuracy if abs(math.log(by_accuracy) / loss - 1) < NEAR_CHANCE else by_loss


def few_validation_examples(c: Curves) -> Evidence:
    """The validation accuracies are multiples of 1/n for a small n."""
    count = validation_size(c.val_accuracy) if c.rated else None
    if count is None:
        return None
    p = c.final_val_accuracy
    return [
        f"All validation accuracies are multiples of 1/{count}: there seem to be {count} validation examples, "
        f"each worth {100 / count:.1f} points.",
        f"The standard error of an accuracy of {p:.2f} is then √(p(1 − p)/n) = {math.sqrt(p * (1 - p) / count):.2f}.",
    ]


def valid_easier(c: Curves) -> Evidence:
    """Validation loss lies below training loss in the second half of the run."""
    if c.share_below < LASTING or c.advantage < EASIER or c.fell < NO_PROGRESS:
        return None
    if is_erratic(c) and -c.gap < LEAD_OVER_NOISE * c.noise:
        return None
    if c.rated and -c.accuracy_gap < max(LEAST_LEAD, FEWER_ERRORS * (1 - c.final_accuracy)):
        return None  # a training loss with label smoothing lies higher though training does as well
    sentences = [
        f"In {c.share_below:.0%} of the epochs of the second half validation loss is the lower one, by "
        f"{c.advantage:.0%} of the training loss (median; the training loss is first moved by half an epoch, to where "
        "validation is measured).",
        "Strong dropout, augmentation or label smoothing in training alone looks the same: they make the training "
        "loss higher than the network's true one.",
    ]
    if c.rated:
        sentences.insert(
            1, f"Validation accuracy is {-c.accuracy_gap:.3f} above training accuracy at the end."
        )
    return sentences


def overfit(c: Curves) -> Evidence:
    """The validation loss turns up, or stands still while the gap grows, as the training loss falls.

    The second half names runs that regularization slows: with dropout, the lectures' network never lets validation
    loss turn up, but from epoch 14 on it stands at 1.3 to 1.4 while training loss goes on from 1.06 to 0.78. What it
    learns then holds for the training set only. A gap that was there early speaks for another cause.
    """
    fall = (c.aligned[c.turn] - c.final_loss) / c.scale
    rise_of_lowest = c.rise * c.scale / max(c.lowest, 1e-12)
    turned = c.rise > max(RISE, RISE_OVER_NOISE * c.noise) and rise_of_lowest > RISE_OF_LOWEST
    sentences = []
    if turned and fall > 0 and c.gap > SMALL_GAP / 2:
        sentences = [
            f"Validation loss is lowest at {c.lowest:.3g} around epoch {c.turn + 1} of {c.epochs} and ends at "
            f"{c.final_val_loss:.3g}, {rise_of_lowest:.0%} higher.",
            f"Training loss meanwhile falls from {c.aligned[c.turn]:.3g} to {c.final_loss:.3g}.",
        ]
    elif wide(c) and grew_late(c) and stands_out(c) and not c.late_fall(c.val_loss) > STILL_FALLING:
        sentences = [
            f"Validation loss has stopped falling at {c.final_val_loss:.3g} while training loss fell to "
            f"{c.final_loss:.3g}.",
            f"The gap between them grew from {c.early_gap:.2f} (second sixth of the run) to {c.gap:.2f} of the "
            "loss of guessing.",
        ]
    if sentences and c.rated:
        sentences.append(
            f"Accuracy ends at {c.final_accuracy:.3f} in training and {c.final_val_accuracy:.3f} in validation."
        )
    return sentences or None


def grew_late(c: Curves) -> bool:
    """Whether most of the final gap was not there early: in accuracy where that is known, or in loss."""
    if c.rated:
        return c.early_accuracy_gap < EARLY * c.accuracy_gap
    return c.early_gap < EARLY * c.gap


def stands_out(c: Curves) -> bool:
    """Whether the final gap is clearly larger than the jitter of the validation loss, where that is erratic."""
    return not is_erratic(c) or c.gap > GAP_OVER_NOISE * c.noise


def is_erratic(c: Curves) -> bool:
    """Whether the validation loss jumps about, and much more than the training loss."""
    return c.noise > max(NOISY, NOISIER * c.train_noise)


def wide(c: Curves) -> bool:
    """Whether the curves end far apart, by loss, or by accuracy where that is known."""
    if c.rated:
        return c.accuracy_gap > SMALL_ACCURACY_GAP or c.gap > 2 * SMALL_GAP
    return c.gap > SMALL_GAP


def erratic_validation(c: Curves) -> Evidence:
    """The validation loss jumps and the training loss does not."""
    if not is_erratic(c):
        return None
    return [
        f"Validation loss jumps from epoch to epoch by {c.noise:.3f} of the loss of guessing, training loss by "
        f"{c.train_noise:.3f}.",
        "Such noise comes from a validation set that is too small, or from steps that are too large.",
    ]


def train_unrepresentative(c: Curves) -> Evidence:
    """A large gap that was there early and a validation loss that does not turn up."""
    if not wide(c) or not stands_out(c):
        return None
    return [
        f"Validation loss ends at {c.final_val_loss:.3g}, training loss at {c.final_loss:.3g}: a gap of "
        f"{c.gap:.2f} of the loss of guessing, of which {c.early_gap:.2f} was there in the second sixth of the run.",
        f"Validation loss does not turn up: it ends {c.rise:.3f} above its lowest level.",
    ]


def underfit_unfinished(c: Curves) -> Evidence:
    """Both losses still fall, by much, or as fast as on average."""
    falls = [c.late_fall(values) for values in (c.loss, c.val_loss)]
    enough = FALLING_WHEN_GOOD if is_good(c) else STILL_FALLING
    if min(falls) < enough and (is_good(c) or not falls_steadily(c)):
        return None
    return [
        f"Over the last third of the run training loss falls by {falls[0]:.3f} and validation loss by {falls[1]:.3f} "
        f"of the loss of guessing; {enough} counts as falling, at a level that is {'good' if is_good(c) else 'poor'}, "
        "and less if it is as fast as the mean of the run.",
        f"The gap between them at the end is small: {c.gap:.2f}.",
    ]


def falls_steadily(c: Curves) -> bool:
    """Whether both losses fall slowly, but at the end nearly as fast as on average over the run."""
    for values in (c.loss, c.val_loss):
        late, whole = c.late_fall(values), (float(values[0]) - c.end(values)) / c.scale
        if late < max(STEADY_LEAST, 3 * c.train_noise) or 3 * late < STEADY * whole:
            return False
    return True


def level(c: Curves) -> str:
    """The level at the end, in a sentence."""
    said = f"Training loss ends at {c.final_loss:.3g}, {c.final_loss / c.scale:.0%} of the loss of guessing"
    if not c.rated:
        return said + "."
    return said + f", with an accuracy of {c.final_accuracy:.3f} (validation {c.final_val_accuracy:.3f})."


def is_good(c: Curves) -> bool:
    """Whether the level at the end is a good one."""
    if c.rated:
        guess = 1 / c.num_classes if c.num_classes else 0.0
        return (c.final_accuracy - guess) / (1 - guess) > GOOD_ACCURACY
    return c.final_loss < max(GOOD_LOSS * c.scale, GOOD_NATS)


def good_fit(c: Curves) -> Evidence:
    """Both losses stand still, close together, at a low level."""
    if not is_good(c):
        return None
    return [level(c), f"Both curves have stopped falling, and the gap between them is small: {c.gap:.2f}."]


def underfit_capacity(c: Curves) -> Evidence:
    """Both losses stand still, close together, at a high level."""
    if is_good(c):
        return None
    return [level(c), f"Both curves have stopped falling there, and the gap is small: {c.gap:.2f}."]


RULES: tuple[tuple[str, Callable[[Curves], Evidence]], ...] = (
    ("diverged", grew),
    ("diverged", diverged),
    ("at_chance", at_chance),
    ("valid_unrepresentative", few_validation_examples),
    ("valid_easier", valid_easier),
    ("overfit", overfit),
    ("train_unrepresentative", train_unrepresentative),
    ("valid_unrepresentative", erratic_validation),
    ("underfit_unfinished", underfit_unfinished),
    ("good_fit", good_fit),
    ("underfit_capacity", underfit_capacity),
)

"""Probes that look at the data and need no training."""

import hashlib

import numpy as np
import torch

from course_lib.diagnosis.findings import Finding, Setup, judge, some


def numbers(setup: Setup) -> Finding:
    """Look for NaN and infinity in images, weights and buffers."""
    where = [] if setup.train.images.isfinite().all() else ["the training images"]
    if setup.valid is not None and not setup.valid.images.isfinite().all():
        where.append("the validation images")
    state = [*setup.model.named_parameters(), *setup.model.named_buffers()]
    where += [name for name, tensor in state if not tensor.isfinite().all()]
    return Finding(
        "NaN and infinity",
        f"in {some(where)}" if where else "none in images and weights",
        "wrong" if where else "ok",
        "One such number makes every loss NaN. In the data: a division by zero or a broken file. In the weights: "
        "a step that was too large."
        if where
        else "",
        8,
    )


def label_range(setup: Setup) -> Finding:
    """Compare the labels with the number of the model's outputs."""
    parts = [setup.train] if setup.valid is None else [setup.train, setup.valid]
    labels = np.concatenate([part.all_labels for part in parts])
    low, high, most = labels.min(), labels.max(), setup.num_classes - 1
    found = f"labels {low}..{high}, outputs 0..{most}"
    if low < 0 or high > most:
        meaning = (
            "A label without an output has no loss. Do labels start at 1, or has the model too few outputs?"
        )
        return Finding("label range", found, "wrong", meaning, 8)
    if high < most:
        meaning = "Outputs without a label are never right. Build the model for the classes of this data set."
        return Finding("label range", found, "look", meaning, 8)
    return Finding("label range", found, "ok", "", 8)


def label_balance(setup: Setup) -> Finding:
    """Compare the sizes of the classes."""
    counts = np.bincount(setup.train.all_labels, minlength=setup.num_classes)
    counts = counts[counts > 0]
    ratio = counts.max() / counts.min()
    verdict = judge(ratio, look=3, wrong=10)
    return Finding(
        "label balance",
        f"{counts.min():,} to {counts.max():,} images a class",
        verdict,
        f"Always answering the largest class is right in {counts.max() / counts.sum():.0%}, so accuracy says little. "
        "Weight the loss, draw the classes evenly, and look at the accuracy of each class."
        if verdict != "ok"
        else "",
        8,
    )


def duplicates(setup: Setup) -> Finding | None:
    """Look for validation images with the same bytes as a training image."""
    if setup.valid is None:
        return None
    seen = set(_digests(setup.train.stored))
    shared = sum(digest in seen for digest in _digests(setup.valid.stored))
    total = len(setup.valid.stored)
    return Finding(
        "copies across splits",
        f"{shared:,} of {total:,} validation images are in the training set",
        judge(shared / total, look=0, wrong=0.01),
        "The validation measures memory as well as generalization. Split again so that copies stay on one side; "
        "Dataset.hold_out does."
        if shared
        else "",
        1,
    )


def _digests(images: np.ndarray) -> list[bytes]:
    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images]


def input_normalization(setup: Setup) -> Finding:
    """Measure mean and deviation of each channel of the images, as the model gets them."""
    mean, std = _channels(setup.train.images)
    found = f"means {_span(mean)}, deviations {_span(std)}"
    off_center, shrunk, spread = mean.abs().max().item(), (1 / std).max().item(), std.max().item()
    verdicts = [judge(off_center, 0.5, 3), judge(spread, 2, 10), judge(shrunk, 2, 20)]
    verdict = max(verdicts, key=("ok", "look", "wrong").index)
    meaning = ""
    if verdict != "ok":
        meaning = (
            "Layers are initialized for mean 0 and deviation 1. Subtract the mean and divide by the deviation of each "
            "channel of the training set, or of the data that pretrained weights were made with."
        )
    elif setup.valid is not None:
        valid_mean, valid_std = _channels(setup.valid.images)
        shift = ((valid_mean - mean).abs() / std).max().item()
        change = torch.maximum(valid_std / std, std / valid_std).max().item()
        if shift > 0.5 or change > 2:
            verdict = "wrong"
            found += f"; validation: means {_span(valid_mean)}, deviations {_span(valid_std)}"
            meaning = "The validation images have another scale. Normalize them with the numbers of the training set."
    return Finding("input normalization", found, verdict, meaning, 4)


def _channels(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    axes = (0, 2, 3)
    return images.double().mean(axes), images.double().std(axes, correction=0)


def _span(values: torch.Tensor) -> str:
    low, high = values.min().item(), values.max().item()
    return f"{low:.2f}" if len(values) == 1 else f"{low:.2f}..{high:.2f}"

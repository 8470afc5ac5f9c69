"""A debugging checklist that runs: a model and its data go in, a table of findings comes out."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.data import Dataset
from course_lib.diagnosis import data_probes, model_probes, training_probes
from course_lib.diagnosis.findings import Finding, Setup, Split, count_classes
from course_lib.training import Recipe
from course_lib.training.devices import seeded
from course_lib.training.normalization import Normalization, normalization_of

Data = Dataset | tuple[Tensor, Tensor]
Probe = Callable[[Setup], Finding | None]

MOST_IMAGES = 1024  # drawn for the probes that compute with images; copies and labels are looked for in all
# Causes come before their consequences. Without sound numbers and labels nothing else can be measured.
FIRST_PROBES: tuple[Probe, ...] = (data_probes.numbers, data_probes.label_range)
PROBES: tuple[Probe, ...] = (
    data_probes.input_normalization,
    data_probes.label_balance,
    data_probes.duplicates,
    model_probes.outputs,
    model_probes.dead_units,
    model_probes.saturated_units,
    model_probes.activation_deviations,
    model_probes.gradient_flow,
    model_probes.first_loss,
    model_probes.train_and_eval,
    model_probes.evaluation_mode,
    training_probes.frozen_parameters,
)
TRAINING_PROBES: tuple[Probe, ...] = (
    training_probes.learning_rate,
    training_probes.overfit_one_batch,
    training_probes.label_link,
)
WIDTH = 100  # characters of the printed table
COLUMNS = ("probe", "found", "verdict", "what it means", "chapter")


@dataclass(frozen=True, repr=False)
class Checkup:
    """The findings of `checkup`, in an order in which causes come before their consequences.

    `print` it for a table; `checkup["label range"]` is one finding, `troubles` are all that are not "ok".
    """

    findings: tuple[Finding, ...]
    left_out: tuple[str, ...]  # what was not examined, and why

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """Every finding whose verdict is "look" or "wrong"."""
        return tuple(finding for finding in self.findings if finding.verdict != "ok")

    def __getitem__(self, probe: str) -> Finding:
        for finding in self.findings:
            if finding.probe == probe:
                return finding
        names = ", ".join(finding.probe for finding in self.findings)
        raise KeyError(f"no finding of {probe!r}: this checkup has {names}")

    def __str__(self) -> str:
        lines = [f"{'probe':22}{'verdict':9}{'chapter':9}found", "-" * WIDTH]
        for finding in self.findings:
            lines += _printed(finding)
        lines += ["-" * WIDTH, *(f"Not examined: {reason}." for reason in self.left_out), self.summary]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The same for notebooks: a table with a row for each finding."""
        cells = [(f.probe, f.found, f.verdict, f.meaning, f.topic) for f in self.findings]
        rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
        head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
        notes = "".join(f"<br>Not examined: {escape(reason)}." for reason in self.left_out)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"{table}<p>{escape(self.summary)}{notes}</p>"

    @property
    def summary(self) -> str:
        """Say in one sentence how many troubles there are, and where to begin."""
        if not self.troubles:
            return f"{len(self.findings)} probes, nothing found."
        first = next((f for f in self.troubles if f.verdict == "wrong"), self.troubles[0])
        wrong = sum(finding.verdict == "wrong" for finding in self.troubles)
        return (
            f"{len(self.findings)} probes: {wrong} wrong, {len(self.troubles) - wrong} to look at. "
            f"Begin with {first.probe}: what follows may be its consequence."
        )


def _printed(finding: Finding) -> list[str]:
    """The lines of a finding: what was found and, if it is a trouble, what it means and where it is treated."""
    lead, rest = f"{finding.probe:22}{finding.verdict:9}{finding.chapter:<9}", " " * 40
    lines = textwrap.wrap(finding.found, WIDTH, initial_indent=lead, subsequent_indent=rest)
    if finding.verdict != "ok":
        explained = f"{finding.meaning} See {finding.topic}."
        lines += textwrap.wrap(explained, WIDTH, initial_indent=rest, subsequent_indent=rest)
    return lines


def checkup(
    model: nn.Module,
    data: Data,
    valid: Data | None = None,
    recipe: Recipe | None = None,
    evaluate: Callable[[nn.Module], float] | None = None,
    seed: int = 0,
) -> Checkup:
    """Examine a classifier and its data for the usual mistakes, before long training or after it went wrong.

    Every probe works on copies: model, data and random generators are left as they are. The probes that train
    take a few hundred steps on at most 1,024 images.

    Args:
        model: images float (N, C, H, W) to logits (N, M), on any device.
        data: training set. A `Dataset` is normalized as the `Trainer` does with this recipe; or a pair of tensors,
            images float (N, C, H, W) exactly as the model gets them and labels int64 (N,).
        valid: validation set, of the same type as `data`.
        recipe: how it is going to be trained; without it the learning rate is not examined.
        evaluate: your function that measures a model, such as its accuracy; is it right in every mode?
        seed: of all that is drawn.

    Raises:
        TypeError: if the data is of another type, or training and validation set are of different types.
        ValueError: if model and data do not fit together.
    """
    device = _device(model)
    with seeded(seed, device), torch.enable_grad():
        like, normalization = next(model.parameters()), _normalization(data, recipe)
        train = _split(data, normalization, like, seed)
        held_out = None if valid is None else _split(valid, normalization, like, seed)
        classes = count_classes(model, train.images[:1])
        setup = Setup(model, train, held_out, recipe, evaluate, classes, seed)
        findings = [probe(setup) for probe in FIRST_PROBES]
        if any(finding.verdict == "wrong" for finding in findings):
            return Checkup(tuple(findings), ("all the rest, until the numbers above are sound",))
        findings += [probe(setup) for probe in PROBES]
        left_out = _reasons(setup)
        if any(p.requires_grad for p in model.parameters()):
            findings += [probe(setup) for probe in TRAINING_PROBES]
        else:
            left_out.append("training, because every parameter is frozen")
    return Checkup(tuple(finding for finding in findings if finding is not None), tuple(left_out))


def _device(model: nn.Module) -> torch.device:
    parameter = next(model.parameters(), None)
    if parameter is None:
        raise ValueError("the model has no parameters, so there is nothing to train or examine")
    return parameter.device


def _reasons(setup: Setup) -> list[str]:
    reasons = []
    if setup.valid is None:
        reasons.append("copies across splits (pass valid)")
    if setup.evaluate is None:
        reasons.append("the evaluation mode (pass evaluate, your function that measures a model)")
    if setup.recipe is None:
        reasons.append("the learning rate (pass recipe)")
    if len(setup.train.labels) < training_probes.FEWEST:
        reasons.append(f"labels and images (fewer than {training_probes.FEWEST} images)")
    return reasons


def _normalization(data: Data, recipe: Recipe | None) -> Normalization | None:
    """What the `Trainer` would normalize by; None for tensors, which the model gets as they are."""
    if not isinstance(data, Dataset):
        return None
    return normalization_of(data.images, "standardized" if recipe is None else recipe.inputs)


def _split(data: Data, normalization: Normalization | None, like: Tensor, seed: int) -> Split:
    """Draw images for the probes, on the device and with the type of `like`."""
    if normalization is not None:
        if not isinstance(data, Dataset):
            raise TypeError(f"valid must be a Dataset as the training data is, got {type(data).__name__}")
        index = _drawn(len(data), seed).numpy()
        mean, std = (np.array(values) for values in normalization)
        images = torch.tensor(((data.images[index] / 255 - mean) / std).transpose(0, 3, 1, 2))
        labels, all_labels, stored = torch.tensor(data.labels[index]), data.labels, data.images
    else:
        every_image, every_label = _checked_pair(data)
        index = _drawn(len(every_label), seed)
        images, labels = every_image[index], every_label[index]
        all_labels, stored = every_label.numpy(), every_image.numpy()
    return Split(images.to(like), labels.to(like.device), all_labels, stored)


def _drawn(count: int, seed: int) -> Tensor:
    if count == 0:
        raise ValueError("the data must hold at least one image, got none")
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:MOST_IMAGES]


def _checked_pair(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Return images and labels on the CPU."""
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(isinstance(t, Tensor) for t in pair):
        raise TypeError(
            "training and validation data must both be a Dataset or both be a pair of tensors (images, labels), "
            f"got {type(pair).__name__}"
        )
    images, labels = (tensor.detach().cpu() for tensor in pair)
    if images.ndim != 4 or not images.is_floating_point():
        raise TypeError(
            f"images must be float (N, C, H, W), as the model gets them, got {images.dtype} {tuple(images.shape)}"
        )
    if labels.dtype != torch.int64 or labels.shape != (len(images),):
        raise TypeError(
            f"labels must be int64 ({len(images)},), the index of each image's class, got {labels.dtype} "
            f"{tuple(labels.shape)}"
        )
    return images, labels

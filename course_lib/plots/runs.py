"""What experiments gave: learning curves, confusion matrices, accuracy against cost."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.palette import LIGHT
from course_lib.plots.frame import Picture, show, style

if TYPE_CHECKING:  # annotations only: curves are drawn without loading a framework
    from course_lib.training.history import History
    from course_lib.zoo import Entry


def learning_curves(histories: "History | Sequence[History]", title: str = "") -> Picture:
    """Plot loss and accuracy over the epochs, training solid and validation dashed, one pair of lines a run."""
    runs = list(histories) if isinstance(histories, Sequence) else [histories]
    with matplotlib.rc_context(style()):
        figures = [_curves(runs, metric) for metric in ("loss", "accuracy")]
    last = runs[0].rows[-1]
    alt = (
        f"{title + ': ' if title else ''}learning curves of {len(runs)} run{'s' * (len(runs) > 1)} over "
        f"{len(runs[0].rows)} epochs. At the end training loss {last['loss']:.2f} and accuracy {last['accuracy']:.1%}, "
        f"validation loss {last['val_loss']:.2f} and accuracy {last['val_accuracy']:.1%}."
    )
    return show(figures, alt)


def _curves(runs: "Sequence[History]", metric: str) -> Figure:
    figure = Figure(figsize=(3.2, 2.6), layout="constrained")
    ax = figure.subplots()
    for i, run in enumerate(runs):
        epochs = range(1, len(run.rows) + 1)
        only_once = {} if i else {"label": "training"}
        ax.plot(epochs, run[metric], color=LIGHT["blue"], **only_once)
        only_once = {} if i else {"label": "validation"}
        ax.plot(epochs, run[f"val_{metric}"], color=LIGHT["vermillion"], linestyle="--", **only_once)
    ax.set(xlabel="epoch", title=metric)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    return figure


def confusion_matrix(counts: np.ndarray, class_names: Sequence[str], title: str = "") -> Picture:
    """Draw a confusion matrix: rows are true classes, columns predicted ones, shade and number the row's percent.

    Args:
        counts: (M, M) integers, `counts[i, j]` images of class i that were taken for class j.
        class_names: the M names.
    """
    counts = np.asarray(counts)
    if counts.shape != (len(class_names), len(class_names)):
        raise ValueError(
            f"expected a {len(class_names)} × {len(class_names)} matrix for as many class names, got shape "
            f"{counts.shape}: rows are true classes, columns predicted ones"
        )
    percent = 100 * counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(5.2, 5), layout="constrained")
        ax = figure.subplots()
        ticks = range(len(class_names))
        ax.set(xlim=(-0.5, len(class_names) - 0.5), ylim=(len(class_names) - 0.5, -0.5), aspect="equal")
        for row, column in itertools.product(ticks, ticks):
            value = percent[row, column]
            color = LIGHT["green" if row == column else "vermillion"]
            ax.add_patch(
                Rectangle((column - 0.5, row - 0.5), 1, 1, color=color, alpha=0.6 * value / 100, linewidth=0)
            )
            if value >= 0.5:
                ax.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=10)
        ax.set_xticks(ticks, class_names, rotation=60, ha="right", rotation_mode="anchor")
        ax.set_yticks(ticks, class_names)
        ax.set(xlabel="predicted class", ylabel="true class")
    worst = np.unravel_index(np.argmax(percent - 1000 * np.eye(len(class_names))), counts.shape)
    alt = (
        f"{title + ': ' if title else ''}confusion matrix. {100 * np.trace(counts) / counts.sum():.1f} percent of "
        f"{counts.sum():,} images lie on the diagonal; the most frequent mistake takes "
        f"{percent[worst]:.0f} percent of class {class_names[worst[0]]} for {class_names[worst[1]]}."
    )
    return show(figure, alt)


def accuracy_and_cost(entries: "Sequence[Entry]") -> Picture:
    """Plot published top-1 accuracy against parameters and against multiply-adds, both on a logarithmic axis.

    Models that no other beats at once in accuracy and in what the axis shows are blue, joined and, where there is
    room, named. Models without a published accuracy are left out.

    Raises:
        ValueError: if none has one.
    """
    known = [entry for entry in entries if entry.accuracy is not None]
    if not known:
        raise ValueError(
            "expected models with a published accuracy, got none: see course_lib.architectures.accuracy"
        )
    panels = {"parameters": "parameters, millions", "multiply_adds": "multiply-adds an image, millions"}
    fronts = {column: _front(known, column) for column in panels}
    with matplotlib.rc_context(style()):
        figures = [_costs(known, fronts[column], column, label) for column, label in panels.items()]
    alt = f"Top-1 accuracy of {len(known)} models on ImageNet. Not beaten at their size or cost:"
    ends = []
    for column, front in fronts.items():
        first, last = (
            f"{entry.name}, {entry.accuracy.top1:.1f} percent with {getattr(entry, column) / 1e6:,.1f} million"
            for entry in (front[0], front[-1])
        )
        ends.append(f"from {first} {column.replace('_', '-')}, to {last}")
    alt = f"{alt} {'; '.join(ends)}."
    return show(figures, alt)


def _front(entries: "Sequence[Entry]", column: str) -> "list[Entry]":
    """Return the entries that no other beats, from the smallest to the largest."""
    found, best = [], -np.inf
    for entry in sorted(entries, key=lambda entry: (getattr(entry, column), -entry.accuracy.top1)):
        if entry.accuracy.top1 > best:
            found.append(entry)
            best = entry.accuracy.top1
    return found


def _costs(entries: "Sequence[Entry]", front: "Sequence[Entry]", column: str, label: str) -> Figure:
    figure = Figure(figsize=(3.4, 3.6), layout="constrained")
    ax = figure.subplots()
    others = [entry for entry in entries if entry not in front]
    places = {
        "others": [(getattr(e, column) / 1e6, e.accuracy.top1) for e in others],
        "front": [(getattr(e, column) / 1e6, e.accuracy.top1) for e in front],
    }
    if others:
        ax.plot(*zip(*places["others"], strict=True), "o", color=LIGHT["line"], markersize=4)
    ax.plot(*zip(*places["front"], strict=True), "o-", color=LIGHT["blue"], markersize=5, linewidth=1.5)
    ax.set(xscale="log", xlabel=label, title="top-1 accuracy, %")
    low, high = ax.get_ylim()
    ax.set(ylim=(low, high + 0.03 * (high - low)))
    left, right = ax.get_xlim()
    ax.set(xlim=(left / (right / left) ** 0.7, right))  # room for the names, which stand to the left
    above = np.inf
    for entry, (x, y) in reversed(list(zip(front, places["front"], strict=True))):
        if above - y >= 0.055 * (high - low):  # the height of a line
            ax.annotate(entry.name, (x, y), (-4, 4), textcoords="offset points", ha="right", fontsize=9)
            above = y
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    return figure

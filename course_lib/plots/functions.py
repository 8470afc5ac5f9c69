"""Functions as figures: lines over one variable, contours over two."""

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from course_lib.palette import LIGHT
from course_lib.plots.frame import CYCLE, Picture, show, style

DASHES = ("-", "--", "-.", ":")  # lines are told apart without their colors, too


def lines(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    alt: str,
    x: str = "",
    y: str = "",
    log: str = "",
) -> Picture:
    """Plot lines over one variable.

    Args:
        series: label → (x values, y values), lists, arrays or tensors of equal length; values that are not finite are
            left out.
        alt: what the figure shows.
        x, y: the labels of the axes.
        log: "y", "x" or "xy" for logarithmic axes.

    Raises:
        ValueError: for an empty series, or values of different lengths.
    """
    if not series:
        raise ValueError("expected at least one line, got an empty mapping")
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(5.6, 3.4), layout="constrained")
        ax = figure.subplots()
        for number, (label, values) in enumerate(series.items()):
            across, up = (np.asarray(value, dtype=float) for value in values)
            if across.shape != up.shape or across.ndim != 1:
                raise ValueError(
                    f"line {label!r} must have as many y values as x values, in one row each, got shapes "
                    f"{across.shape} and {up.shape}"
                )
            up = np.where(np.isfinite(up), up, np.nan)
            ax.plot(across, up, DASHES[number % len(DASHES)], label=label)
        ax.set(xlabel=x, ylabel=y)
        if "x" in log:
            ax.set_xscale("log")
        if "y" in log:
            ax.set_yscale("log")
        if len(series) > 1:
            ax.legend(fontsize=9)
    return show(figure, alt)


def contours(
    functions: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]],
    *,
    x: np.ndarray,
    y: np.ndarray,
    alt: str,
    levels: int = 12,
) -> Picture:
    """Draw contour lines of functions of two variables side by side; lines below zero are dashed.

    Args:
        functions: title → function of two arrays (len(y), len(x)) that gives a third.
        x, y: the places along the axes.
        alt: what the figure shows.
        levels: about how many lines each has.
    """
    across, up = np.meshgrid(x, y)
    figures = []
    with matplotlib.rc_context(style() | {"contour.negative_linestyle": "dashed"}):
        for (title, function), color in zip(functions.items(), cycle(CYCLE)):
            figure = Figure(figsize=(2.6, 2.7), layout="constrained")
            ax = figure.subplots()
            ax.contour(across, up, function(across, up), levels=levels, colors=LIGHT[color], linewidths=1.3)
            ax.set(title=title, aspect="equal")
            figures.append(figure)
    return show(figures, alt)

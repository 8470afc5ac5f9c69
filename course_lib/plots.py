"""The book's figures: drawn by matplotlib, shown so that they follow the page's colors and shrink to a phone.

Every function returns a `Picture`, which Jupyter and the book show as HTML with its text alternative. Inside, a line
plot is an SVG whose colors are the custom properties of `course_lib.palette` (so it turns dark with the page) and
whose words are text in the page's font; a photograph or a feature map is an image with crisp pixels.
"""

import base64
import html
import io
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from course_lib.palette import LIGHT

if TYPE_CHECKING:  # annotations only: curves are drawn without loading a framework
    from course_lib.training.history import History
    from course_lib.zoo import Entry

__all__ = [
    "Picture",
    "accuracy_and_cost",
    "confusion_matrix",
    "filters",
    "images",
    "learning_curves",
    "matrices",
    "show",
    "style",
]

CYCLE = ("blue", "vermillion", "green", "purple", "orange", "sky")
SIGNED = LinearSegmentedColormap.from_list("signed", [LIGHT["blue"], "#f3f3f3", LIGHT["vermillion"]])


def style() -> dict:
    """Return the matplotlib settings of every figure of the book, for `matplotlib.rc_context(style())`."""
    return {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "legend.frameon": False,
        "axes.prop_cycle": matplotlib.cycler(color=[LIGHT[name] for name in CYCLE]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor"), LIGHT["text"]),
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), LIGHT["line"]),
        **dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), LIGHT["text"]),
        "font.size": 11,
        "axes.titlesize": 11,
        "lines.linewidth": 2,
        "svg.fonttype": "none",
        "svg.hashsalt": "course",
    }


@dataclass(frozen=True)
class Picture:
    """A figure with the text that stands in for it; `html` is complete and loads nothing."""

    html: str
    alt: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"[figure] {self.alt}"


def show(figure: Figure | Sequence[Figure], alt: str) -> Picture:
    """Turn matplotlib figures into a `Picture`; several stand side by side where the page is wide enough.

    Args:
        figure: one figure or several, drawn under `matplotlib.rc_context(style())`.
        alt: what the figure shows, in a sentence, for readers who cannot see it.

    Raises:
        ValueError: `alt` is empty.
    """
    figures = [figure] if isinstance(figure, Figure) else list(figure)
    return _frame([_svg(each) for each in figures], alt)


def _frame(parts: Sequence[str], alt: str) -> Picture:
    """Put SVGs in a row that wraps on a narrow page, as one image with one text alternative."""
    if not alt.strip():
        raise ValueError(
            "expected a sentence that says what the figure shows, got an empty alt: write one for it"
        )
    box = "display:flex;flex-wrap:wrap;gap:1rem;justify-content:center;align-items:center"
    opening = f'<div class="course-figure" role="img" aria-label="{html.escape(alt)}" style="{box}">'
    return Picture(f"{opening}{''.join(parts)}</div>", alt)


def _svg(figure: Figure) -> str:
    """Draw `figure` as an inline SVG that takes colors and font from the page."""
    buffer = io.StringIO()
    with matplotlib.rc_context(style()):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    for name, color in LIGHT.items():
        svg = re.sub(f"{color}(?![0-9a-f])", f"var(--course-{name}, {color})", svg, flags=re.IGNORECASE)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1; font-family: inherit", svg)
    svg = svg.replace("<image ", '<image style="image-rendering: pixelated" ')
    width = f"{figure.get_figwidth() * 96:.0f}px"
    opening = re.match(r"<svg [^>]*>", svg)[0]
    scaled = re.sub(r' (width|height)="[^"]*"', "", opening)
    size = f'style="width:100%;max-width:{width};height:auto;flex:0 1 {width}" aria-hidden="true"'
    return svg.replace(opening, scaled.replace("<svg ", f"<svg {size} ", 1), 1)


def images(pictures: Mapping[str, np.ndarray], columns: int = 3, signed: bool = False) -> Picture:
    """Show arrays as a gallery; the keys are the captions and the text alternatives.

    Args:
        pictures: caption → (H, W) or (H, W, 3). uint8 is shown as it is; floats are stretched from their smallest
            to their largest value, or with `signed` drawn with zero in the middle: vermillion above, blue below.
        columns: pictures a row where the page is wide enough.
    """
    width = f"max(5rem, {100 / columns:.2f}% - 0.8rem)"
    cells = []
    for caption, array in pictures.items():
        source = _data_url(_to_uint8(np.asarray(array), signed))
        text = html.escape(caption, quote=True)
        cells.append(
            f'<figure style="margin:0;flex:0 1 {width}"><img src="{source}" alt="{text}" class="dark-light" '
            f'style="width:100%;image-rendering:{"pixelated" if array.shape[1] <= 128 else "auto"}">'
            f'<figcaption style="font-size:0.85rem;text-align:center">{text}</figcaption></figure>'
        )
    box = "display:flex;flex-wrap:wrap;gap:0.8rem;justify-content:center"
    return Picture(f'<div class="course-gallery" style="{box}">{"".join(cells)}</div>', "; ".join(pictures))


def _to_uint8(array: np.ndarray, signed: bool) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    if signed:
        bound = np.abs(array).max() or 1.0
        return (SIGNED((array / bound + 1) / 2)[..., :3] * 255).astype(np.uint8)
    low, high = array.min(), array.max()
    return ((array - low) / (high - low or 1.0) * 255).astype(np.uint8)


def _data_url(pixels: np.ndarray) -> str:
    """Encode uint8 pixels: small pictures exactly, photographs compactly."""
    buffer = io.BytesIO()
    if pixels.shape[1] <= 128:
        kind = "png"
        Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    else:
        kind = "webp"
        Image.fromarray(pixels).save(buffer, "WEBP", quality=82)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def matrices(
    arrays: Mapping[str, np.ndarray | None],
    alt: str,
    marked: Mapping[str, tuple[int, int, int, int]] | None = None,
) -> Picture:
    """Draw small matrices in a row with their numbers in the cells.

    Args:
        arrays: title → (H, W) numbers; None makes the title itself a sign of the row, such as "∗" or "=".
        alt: what the figure shows.
        marked: title → (row, column, height, width) of a window to frame.
    """
    parts = []
    for title, array in arrays.items():
        if array is None:
            parts.append(f'<span style="font-size:1.5rem">{html.escape(title)}</span>')
        else:
            parts.append(_svg(_draw_matrix(np.asarray(array), title, (marked or {}).get(title))))
    return _frame(parts, alt)


def _draw_matrix(array: np.ndarray, title: str, window: tuple[int, int, int, int] | None) -> Figure:
    if array.ndim != 2:
        raise ValueError(
            f"expected a matrix to draw under {title!r}, got shape {array.shape}: choose one channel"
        )
    rows, columns = array.shape
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(0.4 * columns + 0.1, 0.4 * rows + 0.4))
        ax = figure.add_axes((0.05 / figure.get_figwidth(), 0.05 / figure.get_figheight(), 1, 1))
        ax.set_axis_off()
        ax.set(xlim=(0, figure.get_figwidth() / 0.4), ylim=(rows, rows - figure.get_figheight() / 0.4))
        ax.text(columns / 2, -0.25, title, ha="center", va="bottom")
        for row, column in itertools.product(range(rows), range(columns)):
            ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=LIGHT["line"], linewidth=0.8))
            text = f"{array[row, column]:g}".replace("-", "−")
            ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=10)
        if window is not None:
            row, column, height, width = window
            color = LIGHT["vermillion"]
            ax.add_patch(Rectangle((column, row), width, height, fill=False, edgecolor=color, linewidth=3))
    for artist in (*ax.patches, *ax.texts):
        artist.set_clip_on(False)
    return figure


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


def filters(kernels: np.ndarray, alt: str, columns: int = 8) -> Picture:
    """Show first-layer filters as small color pictures.

    Args:
        kernels: (N, C, k, k) with C = 3, as PyTorch stores them, or C = 1; each filter is stretched on its own so that
            zero is mid-grey.
        alt: what the figure shows.
    """
    kernels = np.asarray(kernels, dtype=float)
    if kernels.ndim != 4 or kernels.shape[1] not in (1, 3):
        raise ValueError(f"expected filters of shape (N, 3, k, k) or (N, 1, k, k), got {kernels.shape}")
    bound = np.abs(kernels).max(axis=(1, 2, 3), keepdims=True).clip(min=1e-12)
    tiles = ((kernels / bound + 1) / 2).transpose(0, 2, 3, 1)  # (N, k, k, C) in [0, 1]
    tiles = np.repeat(tiles, 3, axis=-1) if tiles.shape[-1] == 1 else tiles
    rows = -(-len(tiles) // columns)
    with matplotlib.rc_context(style()):
        figure = Figure(figsize=(0.6 * columns, 0.6 * rows), layout="constrained")
        for ax, tile in zip(figure.subplots(rows, columns, squeeze=False).flat, tiles, strict=False):
            ax.imshow(tile, interpolation="none")
        for ax in figure.axes:
            ax.set_axis_off()
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

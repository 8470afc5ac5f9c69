"""Arrays as pictures: photographs, feature maps, kernels, matrices of numbers."""

import base64
import html
import io
import itertools
from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from course_lib.palette import LIGHT
from course_lib.plots.frame import Picture, frame, show, style, svg_of

SIGNED = LinearSegmentedColormap.from_list("signed", [LIGHT["blue"], "#f3f3f3", LIGHT["vermillion"]])


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
            parts.append(svg_of(_draw_matrix(np.asarray(array), title, (marked or {}).get(title))))
    return frame(parts, alt)


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

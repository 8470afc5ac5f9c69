"""What all figures share: the style, the picture with its text alternative, and the SVG that follows the page."""

import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.figure import Figure

from course_lib.palette import LIGHT

CYCLE = ("blue", "vermillion", "green", "purple", "orange", "sky")


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
    return frame([svg_of(each) for each in figures], alt)


def frame(parts: Sequence[str], alt: str) -> Picture:
    """Put SVGs in a row that wraps on a narrow page, as one image with one text alternative."""
    if not alt.strip():
        raise ValueError(
            "expected a sentence that says what the figure shows, got an empty alt: write one for it"
        )
    box = "display:flex;flex-wrap:wrap;gap:1rem;justify-content:center;align-items:center"
    opening = f'<div class="course-figure" role="img" aria-label="{html.escape(alt)}" style="{box}">'
    return Picture(f"{opening}{''.join(parts)}</div>", alt)


def svg_of(figure: Figure) -> str:
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

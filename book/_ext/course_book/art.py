"""The book's mark and cover, drawn by code.

The mark is a kernel: Sobel's vertical-edge kernel as nine dots, size for weight, color for sign. The cover shows what
the book is about: gradient descent, momentum and Adam, each with its real update rule, leaving one point of a surface.
"""

from pathlib import Path

import contourpy
import numpy as np
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course_lib.palette import DARK

SOBEL = ((1, 0, -1), (2, 0, -2), (1, 0, -1))
GROUND, FAINT = "#16304a", "#5f7c98"
START = (-2.9, 0.8)
STEPS = 260


def mark(size: int = 96) -> str:
    """Return the mark as an SVG that stands on light and dark pages alike."""
    unit = size / 4
    dots = [f'<rect width="{size}" height="{size}" rx="{size * 0.2:g}" fill="{GROUND}"/>']
    for row, weights in enumerate(SOBEL):
        for column, weight in enumerate(weights):
            radius = unit * (0.15, 0.34, 0.48)[abs(weight)]
            color = FAINT if weight == 0 else DARK["orange" if weight > 0 else "sky"]
            x, y = unit * (column + 1), unit * (row + 1)
            dots.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:.3g}" fill="{color}"/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">{"".join(dots)}</svg>\n'


def surface(x, y):
    """Return the height of the cover's landscape: a winding ravine with a shallow valley and a deeper one beyond it."""
    ravine = 0.055 * (x - 1.2) ** 2 + 2.0 * (y - 0.42 * np.sin(1.45 * x + 0.3)) ** 2
    shallow = 0.16 * np.exp(-3.0 * (x + 1.25) ** 2 - 3.0 * (y + 0.40) ** 2)
    deep = 0.55 * np.exp(-1.6 * (x - 1.75) ** 2 - 2.5 * (y - 0.12) ** 2)
    return ravine - shallow - deep


def gradient(point: np.ndarray) -> np.ndarray:
    """Return the slope of the landscape at (x, y), by central differences."""
    x, y = point
    h = 1e-5
    dx = surface(x + h, y) - surface(x - h, y)
    dy = surface(x, y + h) - surface(x, y - h)
    return np.array([dx, dy]) / (2 * h)


def descend(rule: str, rate: float) -> np.ndarray:
    """Return the path (STEPS + 1, 2) of gradient descent, momentum or Adam (Kingma and Ba 2015) from START."""
    point, velocity, square = np.array(START), np.zeros(2), np.zeros(2)
    path = [point]
    for step in range(1, STEPS + 1):
        slope = gradient(point)
        if rule == "gradient descent":
            move = slope
        elif rule == "momentum":
            move = velocity = 0.9 * velocity + slope
        else:
            velocity = 0.9 * velocity + 0.1 * slope
            square = 0.999 * square + 0.001 * slope**2
            move = velocity / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        point = point - rate * move
        path.append(point)
    return np.array(path)


PATHS = (  # name, color, learning rate
    ("gradient descent", "blue", 0.3),
    ("momentum", "vermillion", 0.028),
    ("Adam", "green", 0.06),
)


def cover(width: int = 1200, height: int = 400) -> str:
    """Return the cover as an inline SVG in the page's colors."""
    xs, ys = np.linspace(-3.3, 3.3, 161), np.linspace(-1.1, 1.1, 81)
    scale = width / (xs[-1] - xs[0])
    generator = contourpy.contour_generator(xs, ys, surface(*np.meshgrid(xs, ys)))
    parts = []
    for index, level in enumerate(np.geomspace(0.03, 5, 22) - 0.56):
        lines = "".join(_path(line, scale) for line in generator.lines(level))
        parts.append(
            f'<path d="{lines}" stroke="var(--course-line)" stroke-opacity="{0.8 - 0.03 * index:.3f}"/>'
        )
    for rule, color, rate in PATHS:
        path = descend(rule, rate)
        end = _place(path[-1], scale)
        parts.append(f'<path d="{_path(path, scale)}" stroke="var(--course-{color})" stroke-width="3.5"/>')
        parts.append(
            f'<circle cx="{end[0]}" cy="{end[1]}" r="7" fill="var(--course-{color})" stroke="none"/>'
        )
    x, y = _place(np.array(START), scale)
    parts.append(
        f'<circle cx="{x}" cy="{y}" r="7" fill="var(--course-surface)" stroke="var(--course-text)"/>'
    )
    box = f'viewBox="0 0 {width} {height}" fill="none" stroke-width="1.5" stroke-linejoin="round" aria-hidden="true"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{"".join(parts)}</svg>'


def _place(point: np.ndarray, scale: float) -> tuple[float, float]:
    return round(float(point[0] + 3.3) * scale, 1), round(float(1.1 - point[1]) * scale, 1)


def _path(line: np.ndarray, scale: float) -> str:
    """Write a polyline as path data, leaving out steps too small to be seen."""
    kept = [_place(line[0], scale)]
    for point in line[1:]:
        place = _place(point, scale)
        if np.hypot(place[0] - kept[-1][0], place[1] - kept[-1][1]) >= 3:
            kept.append(place)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept)


class Cover(SphinxDirective):
    """`{cover}`: the cover with its caption."""

    def run(self) -> list[nodes.Node]:
        """Return the figure."""
        key = " ".join(
            f'<span class="course-cover-key" style="--key: var(--course-{color})">{name}</span>'
            for name, color, *_ in PATHS
        )
        alt = (
            "Contour lines of a landscape with two valleys. Three paths leave one point on the left: gradient descent "
            "ends in the nearer valley, momentum and Adam pass through it and end in the deeper one."
        )
        html = (
            f'<figure class="course-cover"><div role="img" aria-label="{alt}">{cover()}</div>'
            f"<figcaption>One start, three update rules: {key}</figcaption></figure>"
        )
        return [nodes.raw("", html, format="html")]


def write_mark(app: Sphinx, config) -> None:
    """Draw the mark where Sphinx looks for logo and favicon."""
    folder = Path(app.outdir).parent / "art"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mark.svg"
    if not path.is_file() or path.read_text(encoding="utf-8") != mark():
        path.write_text(mark(), encoding="utf-8")
    config.html_logo = config.html_favicon = str(path)

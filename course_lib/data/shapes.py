"""Colored shapes on textured backgrounds, drawn by formula, with class, box and mask.

Every shape is a signed distance function: the distance in pixels to its outline, negative inside. It gives the mask
(where it is negative) and a soft edge one pixel wide, at any image size. Color, texture, place, size and angle are
independent of the class, so only the outline tells what a shape is.

Formulas after I. Quilez, "2D distance functions", https://iquilezles.org/articles/distfunctions2d.
"""

from __future__ import annotations

import colorsys
import math

import numpy as np

from course_lib.data.catalog import CATALOG, DataSpec
from course_lib.data.dataset import Dataset
from course_lib.data.source import Source

_SEEDS = {"train": 1, "test": 2}
_NUMBERS = 24  # Random numbers an image: 4 for the place, 4 for the colors, 16 for the texture.
_BATCH = 500  # Images drawn at a time; bounds the memory.


def draw(count: int, seed: int = 0, size: int = 32) -> Dataset:
    """Draw `count` images of `size` x `size` pixels; classes take turns in the order of `class_names`.

    Image i depends on `seed`, `size` and i only, so a longer draw begins with the shorter one.

    Raises:
        ValueError: unless `count` is at least 1 and `size` at least 16: below that, classes cannot be told apart.
    """
    if count < 1 or size < 16:
        raise ValueError(
            f"count must be at least 1 and size at least 16 pixels, got count={count}, size={size}"
        )
    spec = CATALOG["shapes"]
    raw = np.random.PCG64(seed).random_raw(count * _NUMBERS).reshape(count, _NUMBERS)
    numbers = (raw >> np.uint64(11)) * 2.0**-53  # Uniform in [0, 1).
    labels = np.arange(count, dtype=np.int64) % len(_DISTANCES)
    images = np.empty((count, size, size, 3), dtype=np.uint8)
    masks = np.empty((count, size, size), dtype=bool)
    for start in range(0, count, _BATCH):
        part = slice(start, start + _BATCH)
        images[part], masks[part] = _draw_batch(labels[part], numbers[part], size)
    return Dataset(
        "shapes",
        f"drawn with seed {seed}",
        spec.title,
        images,
        labels,
        spec.class_names,
        boxes_of(masks),
        masks,
    )


def open_split(spec: DataSpec, split: str) -> Source:
    """One split of the fixed set; each has a drawing seed of its own."""
    drawn = draw(spec.splits[split], _SEEDS[split], spec.shape[0])
    return Source(spec.title, drawn.labels, lambda rows: drawn.images[rows], drawn.boxes, drawn.masks)


def boxes_of(masks: np.ndarray) -> np.ndarray:
    """The tightest box around each mask: bool (N, H, W) -> int64 (N, 4), x1, y1, x2, y2, the last two exclusive."""
    columns, rows = masks.any(axis=1), masks.any(axis=2)
    x1, y1 = columns.argmax(axis=1), rows.argmax(axis=1)
    x2 = columns.shape[1] - columns[:, ::-1].argmax(axis=1)
    y2 = rows.shape[1] - rows[:, ::-1].argmax(axis=1)
    return np.stack([x1, y1, x2, y2], axis=1).astype(np.int64)


def _draw_batch(labels: np.ndarray, numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (N, S, S, 3) and masks bool (N, S, S) from random numbers (N, _NUMBERS)."""
    steps = (np.arange(size) + 0.5) * (2 / size) - 1  # Pixel centers, from -1 to 1.
    x, y = steps[None, None, :], steps[None, :, None]

    extent, right, low, turn = (column[:, None, None] for column in numbers[:, :4].T)  # each (N, 1, 1)
    radius = 0.42 + 0.36 * extent
    reach = 0.97 - radius  # How far the center may lie from the middle.
    across, down = x - reach * (2 * right - 1), y - reach * (2 * low - 1)
    angle = math.radians(35) * (2 * turn - 1)
    cos, sin = np.cos(angle), np.sin(angle)
    u = (cos * across + sin * down) / radius  # The shape's own axes, in units of its radius.
    v = (cos * down - sin * across) / radius
    distance = np.empty(u.shape)
    for label, function in enumerate(_DISTANCES):
        own = labels == label
        distance[own] = function(u[own], v[own])
    distance *= radius * (size / 2)  # in pixels

    texture = _texture(x, y, numbers[:, 8:])
    far, near, ink = (color[:, None, None, :] for color in _colors(numbers[:, 4:8]))  # each (N, 1, 1, 3)
    ground = far + (near - far) * texture[..., None]
    light = np.clip(0.5 - 0.3 * (u + v), 0, 1)[..., None]  # From the upper left.
    paint = ink * (0.82 + 0.18 * light) + 0.14 * light * (1 - ink)
    cover = np.clip(0.5 - distance, 0, 1)[..., None]
    image = ground * (1 - cover) + paint * cover
    return np.floor(image * 255 + 0.5).astype(np.uint8), distance < 0


def _colors(numbers: np.ndarray) -> np.ndarray:
    """Two similar colors for the ground and a contrasting one for the shape, float (3, N, 3) in 0..1."""
    colors = []
    for hue, tone, turn, strength in numbers:
        dark = tone < 0.45
        value = 0.16 + 0.5 * tone if dark else 0.62 + 0.4 * (tone - 0.45)
        saturation = 0.2 + 0.35 * strength
        far = colorsys.hsv_to_rgb(hue, saturation, value)
        near = colorsys.hsv_to_rgb(hue + 0.06, saturation * 0.8, value + 0.13)
        ink_value, ink_saturation = (0.97, 0.72) if dark else (0.66, 0.9)
        ink = colorsys.hsv_to_rgb(hue + 0.3 + 0.4 * turn, ink_saturation, ink_value)
        colors.append((far, near, ink))
    return np.array(colors).transpose(1, 0, 2)


def _texture(x: np.ndarray, y: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """A pattern in 0..1 for each row of random numbers (N, 16), float (N, S, S)."""
    kind = np.floor(len(_PATTERNS) * numbers[:, 0])
    texture = np.empty((len(numbers), y.shape[1], x.shape[2]))
    for k, pattern in enumerate(_PATTERNS):
        own = kind == k
        texture[own] = pattern(x, y, [column[:, None, None] for column in numbers[own, 1:].T])
    return np.clip(texture, 0, 1)


def _waves(x: np.ndarray, y: np.ndarray, column: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Two sine waves of the same pitch at right angles."""
    angle, phase, pitch = math.tau * column[0], math.tau * column[1], math.pi * (2.5 + 2.5 * column[2])
    cos, sin = np.cos(angle), np.sin(angle)
    return np.sin(pitch * (cos * x + sin * y) + phase), np.sin(pitch * (cos * y - sin * x) + phase)


def _slope(x: np.ndarray, y: np.ndarray, column: list[np.ndarray]) -> np.ndarray:
    angle = math.tau * column[0]
    return 0.5 + 0.4 * (np.cos(angle) * x + np.sin(angle) * y)


def _stripes(x: np.ndarray, y: np.ndarray, column: list[np.ndarray]) -> np.ndarray:
    first, _ = _waves(x, y, column)
    return 0.5 + 1.6 * first


def _checks(x: np.ndarray, y: np.ndarray, column: list[np.ndarray]) -> np.ndarray:
    first, second = _waves(x, y, column)
    return 0.5 + 3 * first * second


def _dots(x: np.ndarray, y: np.ndarray, column: list[np.ndarray]) -> np.ndarray:
    first, second = _waves(x, y, column)
    return 1.6 * (first + second) - 1.2


def _clouds(x: np.ndarray, y: np.ndarray, column: list[np.ndarray]) -> np.ndarray:
    total = np.full((len(column[0]), y.shape[1], x.shape[2]), 0.5)
    for turn, speed, phase in zip(column[0:12:3], column[1:12:3], column[2:12:3], strict=True):
        angle, pitch = math.tau * turn, 2 + 5 * speed
        total += 0.3 * np.sin(pitch * (np.cos(angle) * x + np.sin(angle) * y) + math.tau * phase)
    return total


_PATTERNS = (_slope, _stripes, _checks, _dots, _clouds)


def _polygon(corners: list[tuple[float, float]]):
    """The signed distance function of a closed polygon."""

    def distance(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        nearest = np.full(u.shape, np.inf)
        inside = np.zeros(u.shape, dtype=bool)
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            side_x, side_y = x2 - x1, y2 - y1
            along = ((u - x1) * side_x + (v - y1) * side_y) / (side_x**2 + side_y**2)
            along = np.clip(along, 0, 1)
            gap_x, gap_y = u - x1 - along * side_x, v - y1 - along * side_y
            nearest = np.minimum(nearest, gap_x**2 + gap_y**2)
            if side_y:  # A ray to the right crosses this side: odd numbers of crossings lie inside.
                inside ^= ((y1 > v) != (y2 > v)) & (u < x1 + (v - y1) * (side_x / side_y))
        return np.where(inside, -1, 1) * np.sqrt(nearest)

    return distance


def _star_corners(points: int, inner: float) -> list[tuple[float, float]]:
    """Corners of a star with `points` tips at radius 1 and notches at radius `inner`; v points down."""
    turns = [math.pi * k / points for k in range(2 * points)]
    radii = [1.0, inner] * points
    return [(r * math.sin(turn), -r * math.cos(turn)) for r, turn in zip(radii, turns, strict=True)]


def _circle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.sqrt(u**2 + v**2) - 0.9


def _ring(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.abs(np.sqrt(u**2 + v**2) - 0.7) - 0.23


def _moon(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    bite = np.sqrt((u - 0.42) ** 2 + (v + 0.12) ** 2) - 0.72
    return np.maximum(np.sqrt((u + 0.08) ** 2 + v**2) - 0.92, -bite)


def _heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A square on its tip with a half disk on each of the two upper sides."""
    scale = 1.48
    x, y = np.abs(u) / scale, 0.56 - v / scale
    lobe = np.sqrt((x - 0.25) ** 2 + (y - 0.75) ** 2) - math.sqrt(0.125)
    slide = np.maximum(x + y, 0) / 2
    body = np.sqrt(np.minimum(x**2 + (y - 1) ** 2, (x - slide) ** 2 + (y - slide) ** 2))
    return scale * np.where(x + y > 1, lobe, np.where(x > y, body, -body))


def _cross_corners(reach: float, arm: float) -> list[tuple[float, float]]:
    """Corners of a plus sign whose four arms reach to `reach` and are 2 x `arm` wide."""
    corner = [(arm, -reach), (arm, -arm), (reach, -arm)]
    corners = []
    for _ in range(4):
        corners += corner
        corner = [(-y, x) for x, y in corner]  # A quarter turn.
    return corners


_DISTANCES = (
    _circle,
    _ring,
    _moon,
    _heart,
    _polygon(
        [(0.93 * math.sin(k * math.tau / 3), 0.1 - 0.93 * math.cos(k * math.tau / 3)) for k in range(3)]
    ),
    _polygon([(-0.69, -0.69), (0.69, -0.69), (0.69, 0.69), (-0.69, 0.69)]),
    _polygon(_cross_corners(reach=0.95, arm=0.3)),
    _polygon(_star_corners(points=5, inner=0.45)),
)

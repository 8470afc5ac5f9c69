"""The sample pictures of the demos: worked examples, real digits, drawn shapes, two photographs.

The pictures are small enough to travel inside a page (together under 60 KB), so a demo needs no further file.
"""

import functools
import gzip
import importlib.util
import io
from dataclasses import dataclass
from pathlib import Path

PHOTO_SIDE = 256
PHOTO_QUALITY = 80  # JPEG; above it the pictures grow and a reader sees no difference
SHAPES_SIDE = 96
DIGIT_SIDE = 8
DIGITS = (
    0,
    3,
    4,
    8,
)  # each is also its row: the first ten rows of the data set hold the digits 0 to 9 in order


@dataclass(frozen=True)
class Picture:
    """A picture and what a demo must know to show it.

    `data` holds `height * width * channels` bytes when `encoding` is "uint8", else a JPEG or PNG file. `low` and
    `high` are the values shown as black and white.
    """

    name: str
    title: str
    group: str
    height: int
    width: int
    channels: int
    encoding: str
    low: float
    high: float
    data: bytes
    kernel: str | None = None
    credit: str | None = None


def _matrix(name: str, title: str, rows: tuple[str, ...], high: int, kernel: str) -> Picture:
    values = [[int(value) for value in row.split()] for row in rows]
    data = bytes(value for row in values for value in row)
    return Picture(
        name, title, "Worked examples", len(values), len(values[0]), 1, "uint8", 0, high, data, kernel=kernel
    )


_WORKED = (
    _matrix(
        "matrix-6x6",
        "6 × 6 numbers",
        ("3 0 1 2 7 4", "1 5 8 9 3 1", "2 7 2 5 1 3", "0 1 3 1 7 8", "4 2 1 6 2 8", "2 4 5 2 3 9"),
        9,
        "vertical-edge",
    ),
    _matrix(
        "matrix-5x5",
        "5 × 5 numbers",
        ("3 3 2 1 0", "0 0 1 3 1", "3 1 2 2 3", "2 0 0 2 2", "2 0 0 0 1"),
        3,
        "worked-example",
    ),
    _matrix("half-bright", "Half bright, half dark", ("10 10 10 0 0 0",) * 6, 10, "vertical-edge"),
)


@functools.cache
def samples() -> dict[str, Picture]:
    """Return every sample picture by name, in the order a list should show them."""
    pictures = (
        *_WORKED,
        *_digits(),
        _shapes(),
        _photo("china", "Temple (photograph)", left=0, credit="danielbuechele"),
        _photo("flower", "Flower (photograph)", left=90, credit="vultilion"),
    )
    return {picture.name: picture for picture in pictures}


def _sklearn_folder() -> Path:
    """Find scikit-learn's files without importing it, which would take a second."""
    spec = importlib.util.find_spec("sklearn")
    if spec is None:
        raise ImportError(
            "The sample pictures come with scikit-learn, which is missing: pip install scikit-learn"
        )
    return Path(spec.submodule_search_locations[0])


def _digits() -> list[Picture]:
    """Read real handwritten digits, 8 × 8 values from 0 to 16 (E. Alpaydin and C. Kaynak, 1998; UCI)."""
    with gzip.open(_sklearn_folder() / "datasets/data/digits.csv.gz", "rt", encoding="ascii") as file:
        rows = [[int(float(value)) for value in next(file).split(",")] for _ in range(10)]
    pictures = []
    for digit in DIGITS:
        *pixels, label = rows[digit]
        if label != digit:
            raise ValueError(
                f"Row {digit} of scikit-learn's digits should show a {digit}, but is labelled {label}."
            )
        pictures.append(
            Picture(
                f"digit-{digit}",
                f"Handwritten {digit}",
                "Digits",
                DIGIT_SIDE,
                DIGIT_SIDE,
                1,
                "uint8",
                0,
                16,
                bytes(pixels),
            )
        )
    return pictures


def _shapes() -> Picture:
    """Draw shapes whose edges run in every direction, smoothed so that slanted ones are not stairs."""
    from PIL import Image, ImageDraw

    fine = 4
    image = Image.new("RGB", (SHAPES_SIDE * fine, SHAPES_SIDE * fine), "#101820")
    draw = ImageDraw.Draw(image)

    def scaled(*points: int) -> list[int]:
        return [fine * point for point in points]

    draw.rectangle(scaled(9, 10, 40, 41), fill="#2b8fce")
    draw.ellipse(scaled(52, 8, 88, 44), fill="#e69f00")
    draw.polygon(scaled(24, 53, 44, 87, 5, 87), fill="#2fbf94")
    draw.ellipse(scaled(53, 52, 87, 86), outline="#f0f0f0", width=6 * fine)
    draw.line(scaled(62, 78, 79, 61), fill="#f5854a", width=4 * fine)
    image = image.resize((SHAPES_SIDE, SHAPES_SIDE), Image.Resampling.BOX)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return Picture(
        "shapes", "Shapes", "Pictures", SHAPES_SIDE, SHAPES_SIDE, 3, "png", 0, 255, file.getvalue()
    )


def _photo(name: str, title: str, left: int, credit: str) -> Picture:
    """Cut a square out of one of scikit-learn's photographs, starting `left` pixels in, and shrink it."""
    from PIL import Image

    with Image.open(_sklearn_folder() / f"datasets/images/{name}.jpg") as photo:
        square = photo.crop((left, 0, left + photo.height, photo.height))
    square = square.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    square.save(file, "JPEG", quality=PHOTO_QUALITY, optimize=True)
    return Picture(
        name,
        title,
        "Pictures",
        PHOTO_SIDE,
        PHOTO_SIDE,
        3,
        "jpeg",
        0,
        255,
        file.getvalue(),
        credit=f"Photograph: {name}.jpg by {credit} (Flickr, CC BY 2.0), shipped with scikit-learn; cut and shrunk.",
    )

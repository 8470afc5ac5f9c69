"""The kernels of the convolution demo: whole numbers and one divisor, as the literature writes them."""

from dataclasses import dataclass

SIZES = (1, 3, 5, 7)


@dataclass(frozen=True)
class Kernel:
    """A square kernel, `cells / divisor`; `view` is the way to show its output that suits it best."""

    title: str
    cells: tuple[tuple[int, ...], ...]
    about: str
    divisor: int = 1
    view: str = "signed"

    @property
    def size(self) -> int:
        """The kernel's width, which is its height too."""
        return len(self.cells)

    def weights(self) -> list[list[float]]:
        """Return the numbers that stand in the sum, (size, size)."""
        return [[cell / self.divisor for cell in row] for row in self.cells]


def _kernel(title: str, rows: str, about: str, divisor: int = 1, view: str = "signed") -> Kernel:
    cells = tuple(tuple(int(cell) for cell in row.split()) for row in rows.split("/"))
    return Kernel(title, cells, about, divisor, view)


def _outer(line: tuple[int, ...]) -> str:
    """Return the rows of the kernel that blurs with `line` down and across."""
    return "/".join(" ".join(str(a * b) for b in line) for a in line)


def _box(size: int) -> str:
    return "/".join([" ".join(["1"] * size)] * size)


_MEAN = "A mean of the neighbors: the weights add up to 1, so flat areas stay as they are and detail goes."
_WEIGHTED = "A mean that trusts near neighbors more: blur without the box's streaks."

GALLERY = {
    "identity": _kernel("Identity", "0 0 0/0 1 0/0 0 0", "Keeps each value as it is.", view="clipped"),
    "vertical-edge": _kernel(
        "Vertical edge",
        "1 0 -1/1 0 -1/1 0 -1",
        "Left minus right: far from 0 where brightness changes from left to right, 0 in flat areas.",
    ),
    "horizontal-edge": _kernel(
        "Horizontal edge",
        "1 1 1/0 0 0/-1 -1 -1",
        "Above minus below: far from 0 where brightness changes from top to bottom, 0 in flat areas.",
    ),
    "sobel-x": _kernel(
        "Sobel, x", "-1 0 1/-2 0 2/-1 0 1", "Right minus left, with more weight on the middle row."
    ),
    "sobel-y": _kernel(
        "Sobel, y", "-1 -2 -1/0 0 0/1 2 1", "Below minus above, with more weight on the middle column."
    ),
    "edge-corners": _kernel(
        "Edges 1: crossed corners",
        "1 0 -1/0 0 0/-1 0 1",
        "One diagonal minus the other; weights add up to 0.",
    ),
    "edge-laplacian": _kernel(
        "Edges 2: Laplacian",
        "0 1 0/1 -4 1/0 1 0",
        "Four neighbors minus four times the middle: 0 in flat areas and on even slopes.",
    ),
    "edge-outline": _kernel(
        "Edges 3: outline",
        "-1 -1 -1/-1 8 -1/-1 -1 -1",
        "Eight times the middle minus its neighbors: outlines in every direction.",
        view="clipped",
    ),
    "sharpen": _kernel(
        "Sharpen",
        "0 -1 0/-1 5 -1/0 -1 0",
        "The picture minus its Laplacian: weights add up to 1, and each edge grows steeper.",
        view="clipped",
    ),
    "box-blur": _kernel("Box blur", _box(3), _MEAN, 9, "clipped"),
    "gaussian-blur": _kernel("Gaussian blur", _outer((1, 2, 1)), _WEIGHTED, 16, "clipped"),
    "worked-example": _kernel(
        "Worked example", "0 1 2/2 2 0/0 1 2", "The kernel of the 5 × 5 example.", view="clipped"
    ),
    "box-blur-5": _kernel("Box blur, 5 × 5", _box(5), _MEAN, 25, "clipped"),
    "gaussian-5": _kernel("Gaussian blur, 5 × 5", _outer((1, 4, 6, 4, 1)), _WEIGHTED, 256, "clipped"),
    "log-5": _kernel(
        "Laplacian of Gaussian, 5 × 5",
        "0 0 -1 0 0/0 -1 -2 -1 0/-1 -2 16 -2 -1/0 -1 -2 -1 0/0 0 -1 0 0",
        "Blurs and takes the Laplacian in one step, with the sign turned: spots and outlines, less noise.",
    ),
    "motion-7": _kernel(
        "Motion blur, 7 × 7",
        "/".join(" ".join("1" if row == column else "0" for column in range(7)) for row in range(7)),
        "A mean along the diagonal, as if the camera had moved.",
        7,
        "clipped",
    ),
    "gaussian-7": _kernel(
        "Gaussian blur, 7 × 7", _outer((1, 6, 15, 20, 15, 6, 1)), _WEIGHTED, 4096, "clipped"
    ),
    "box-blur-7": _kernel("Box blur, 7 × 7", _box(7), _MEAN, 49, "clipped"),
}

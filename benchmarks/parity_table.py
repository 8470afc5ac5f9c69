"""The table `parity.md`: which comparisons there are, how they are written down and read back."""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import papers
from comparison import TOLERANCE
from oracle import import_torchvision
from tables import head, processors, table

from course_lib import architectures

FILE = Path(__file__).with_name("parity.md")
LIBRARIES = {
    "torchvision": "make install puts torchvision beside the environment",
    "keras": "keras comes with the extra `keras`",
    "timm": "make parity installs timm into _build/timm, for EfficientNet-Lite0",
}
HEADINGS = ("family", "model", "compared with", "pixels", "parameters", "the oracle's")
HEADINGS += ("largest difference", "in stage", "row", "what was changed")

HEAD = """\
# Every model beside an oracle

Written by `make parity`.

Both models get the same random weights, batch-norm statistics (mean 0 ± 0.3, variance 0.5 to 1.5) and scales (0.5 to
1.5), then two images of noise in evaluation mode. After every stage the outputs are compared: the largest difference of
two numbers, over the standard deviation of the oracle's output there. Each stage takes what our own stage before it
gave, so differences add up. Up to {tolerance:g} passes. Floats have 32 bits, but for Keras's MobileNetV2 and
EfficientNets, which with random weights blow rounding up: a last digit of the input can move the output of B4 by one
part in 5,000, even in 64 bits. These are compared in 64 bits, and what a block adds is shrunk to a fifth. Images have
half of the row's pixels where the network takes them. The tests make deliberate
mistakes (a stride moved, another epsilon in batch norm, a shortcut dropped, …), which this comparison must catch.

*Parameters* are the trainable ones, ours as published and as our row has them; the oracle's differ only where *what was
changed* says why: ours is then compared in the form that the oracle has. *Row* is a fingerprint of the table row that
was compared; a test holds it equal to today's row. `…_32` are our forms for small images: the oracle is the library's
model for large ones with the parts changed that the last column names, from the library's own layers.

{provenance}
"""

PAPERS = """
## No library has them

Recomputed from our rows, beside the numbers that the paper, or the lectures, print.

"""


class Job(NamedTuple):
    """One comparison."""

    name: str
    library: str

    def __str__(self):
        return f"{self.name}:{self.library}"


def row_hash(name: str) -> str:
    """Six hexadecimal digits that change when anything in the model's row changes."""
    return hashlib.sha256(repr(architectures.find(name)).encode()).hexdigest()[:6]


def family(name: str) -> str:
    """The model's table, such as "RESNETS"."""
    for label in architectures.__all__:
        found = getattr(architectures, label)
        if isinstance(found, dict) and name in found:
            return label
    raise ValueError(f"no table has {name!r}")


def notes() -> dict[Job, str]:
    """Every comparison, family by family, with what was changed for it."""
    import keras_oracles
    import torchvision_oracles

    pairs, keras = torchvision_oracles.oracle_pairs(import_torchvision()), keras_oracles.oracles()
    found = {}
    for name in architectures.names():
        if name in pairs:
            change = torchvision_oracles.CHANGES.get(name, "")
            found[Job(name, "torchvision")] = f"torchvision's changed: {change}" if change else ""
        if name in keras:
            found[Job(name, "keras")] = keras[name].note
        if name == "efficientnet_lite0":
            found[Job(name, "timm")] = ""
    return found


def jobs() -> list[Job]:
    """Every comparison, family by family."""
    return list(notes())


def line(job: Job, result: dict[str, Any], note: str) -> list[str]:
    """The cells of one comparison."""
    params, theirs = f"{result['params']:,}", f"{result['oracle_params']:,}"
    found = f"{result['difference']:.1e}"
    if not result["difference"] <= TOLERANCE:
        found = f"**{found}**"
    where = f"{result['stage']} of {result['stages']}"
    pixels, label = str(result["size"]), family(job.name).lower()
    oracle = result["oracle"].partition("+")[0]  # without the build
    return [label, job.name, oracle, pixels, params, theirs, found, where, result["row"], note]


def write(results: dict[str, dict[str, Any]], path: Path = FILE) -> None:
    """Write the table of all comparisons, and the papers' numbers below it."""
    found = notes()
    lines = [line(job, results[str(job)], note) for job, note in found.items()]
    provenance = head(processors(), ("torch",))
    text = (
        HEAD.format(tolerance=TOLERANCE, provenance=provenance)
        + "\n"
        + table(HEADINGS, lines)
        + "\n"
        + PAPERS
    )
    text += table(papers.HEADINGS, papers.lines(row_hash)) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def read(path: Path = FILE) -> list[dict[str, str]]:
    """The lines of all tables in the file, each with its headings."""
    found, headings = [], None
    for text in path.read_text(encoding="utf-8").splitlines():
        if not text.startswith("|"):
            headings = None
            continue
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if headings is None:
            headings = cells
        elif set(cells) != {"---"}:
            found.append(dict(zip(headings, cells, strict=True)))
    return found

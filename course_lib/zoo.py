"""All models beside one another, by family, size, cost and published accuracy: what `course models` prints."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from course_lib import architectures
from course_lib.architectures.accuracy import ACCURACIES, Accuracy
from course_lib.suggest import suggest

__all__ = ["SORTS", "Entry", "compare", "families", "list_models"]


@dataclass(frozen=True)
class Entry:
    """A model with its cost for one image of `image_size`, and its accuracy where weights were published."""

    name: str
    family: str
    image_size: int  # height and width, pixels
    parameters: int
    multiply_adds: int
    accuracy: Accuracy | None


SORTS: dict[str, Callable[[Entry], object]] = {
    "params": lambda entry: entry.parameters,
    "macs": lambda entry: entry.multiply_adds,
    "top1": lambda entry: -entry.accuracy.top1 if entry.accuracy else 0,  # the best first, unknown ones last
    "name": lambda entry: entry.name,
}


def family(name: str) -> str:
    """Return the family of a model: the module of `course_lib.architectures` that holds its table."""
    return type(architectures.find(name)).__module__.rpartition(".")[2]


def families() -> dict[str, list[str]]:
    """Return the names of the models of each family, in the order of the tables."""
    found: dict[str, list[str]] = {}
    for name in architectures.names():
        found.setdefault(family(name), []).append(name)
    return found


def compare(names: Iterable[str], progress: Callable[[int], None] = lambda done: None) -> list[Entry]:
    """Count what each model costs, without memory for weights.

    Args:
        progress: is told how many are done.

    Raises:
        ValueError: for an unknown name.
    """
    import torch

    from course_lib.pytorch import build_row
    from course_lib.pytorch.profiling import count_multiply_adds

    found = []
    for name in names:
        row = architectures.find(name)
        channels = getattr(row, "in_channels", 3)
        with torch.device("meta"):
            model = build_row(row, row.num_classes, channels)
        multiply_adds = count_multiply_adds(model, (channels, row.image_size, row.image_size))
        parameters = sum(p.numel() for p in model.parameters())
        accuracy = ACCURACIES.get(name)
        found.append(Entry(name, family(name), row.image_size, parameters, multiply_adds, accuracy))
        progress(len(found))
    return found


def list_models(chosen: Sequence[str] = (), sort: str | None = None) -> int:
    """Print a table of all models, or of those of the `chosen` families, in the tables' order or by one of `SORTS`.

    Raises:
        ValueError: for an unknown family.
    """
    known = families()
    for each in chosen:
        if each not in known:
            raise ValueError(f"no family is called {each!r}: {suggest(each, known)}")
    names = [name for each in known if each in chosen or not chosen for name in known[each]]

    def show(done: int) -> None:
        """Write over the line, and at the end clear it."""
        print(
            f"\rcounting, {done} of {len(names)}" if done < len(names) else "\r\033[K",
            end="",
            file=sys.stderr,
        )

    entries = compare(names, show if sys.stderr.isatty() else lambda done: None)
    print(table(sorted(entries, key=SORTS[sort]) if sort else entries))
    return 0


def table(entries: Iterable[Entry]) -> str:
    """Return the entries as lines of plain text: sizes in pixels, counts in millions, accuracies in percent."""
    heads = ("name", "family", "image", "params, M", "multiply-adds, M", "top-1", "top-5", "depth", "by")
    rows = [heads]
    for entry in entries:
        counts = (f"{entry.parameters / 1e6:,.3f}", f"{entry.multiply_adds / 1e6:,.1f}")
        said = entry.accuracy
        shown = (
            (f"{said.top1:.1f}", f"{said.top5:.1f}", str(said.depth or ""), said.source) if said else [""] * 4
        )
        rows.append((entry.name, entry.family, str(entry.image_size), *counts, *shown))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    words = {"name", "family", "by"}
    lines = (
        "  ".join(
            cell.ljust(width) if head in words else cell.rjust(width)
            for head, cell, width in zip(heads, row, widths, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)

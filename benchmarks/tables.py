"""Tables of measured ratios, and where they stand in `benchmarks/README.md`."""

import datetime
import os
import platform
import re
import statistics
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

README = Path(__file__).with_name("README.md")


class Row(NamedTuple):
    """One line of a table: a contender, what it is compared with, and the ratio of their speeds, round by round."""

    what: str
    number: str  # as measured, with its unit
    against: str = ""
    ratios: Sequence[float] = ()  # of speeds, each of one round; above 1 is faster than `against`
    budget: float | None = None  # the least ratio that will do
    result: tuple[str, str] | None = None  # a budget and verdict that are not about a ratio

    @property
    def ratio(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles over the rounds."""
        if len(self.ratios) == 1:
            return self.ratios[0], self.ratios[0]
        first, _, third = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return first, third

    @property
    def verdict(self) -> str:
        """Whether the median keeps the budget, with a warning where the quartiles lie on both sides of it."""
        if self.result is not None:
            return self.result[1]
        if self.budget is None:
            return ""
        low, high = self.spread
        word = "met" if self.ratio >= self.budget else "missed"
        return f"{word}, but the spread crosses it" if low < self.budget <= high else word

    def cells(self) -> list[str]:
        """The line, column by column."""
        budget = "" if self.budget is None else f"at least {self.budget:.2f}"
        if self.result is not None:
            budget = self.result[0]
        ratio = spread = ""
        if self.ratios:
            ratio, spread = f"{self.ratio:.3g}", "{:.3g} to {:.3g}".format(*self.spread)
        return [self.what, self.number, self.against, ratio, spread, budget, self.verdict]


HEADINGS = ("what", "measured", "compared with", "ratio of speeds", "quartiles", "budget", "verdict")


def table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a | within a cell stays part of it."""
    rows = [headings, ["---"] * len(headings), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def head(hardware: str, packages: Sequence[str] = ()) -> str:
    """One line that says when, on what and with which versions, of `packages` that are here, a table was measured."""
    versions = [f"Python {platform.python_version()}"]
    for name in packages:
        versions += [f"{name} {found.version}" for found in metadata.distributions(name=name)]
    return f"Measured on {datetime.date.today()}, {hardware}; {', '.join(versions)}."


def processors() -> str:
    """How many processors this machine has, and of which kind."""
    return f"{os.cpu_count()} {platform.machine()} processors"


def write(name: str, text: str, path: Path = README) -> None:
    """Put `text` between the two comments that mark the place of table `name`; the rest stays as it is.

    Raises:
        ValueError: if the file does not have the two comments exactly once.
    """
    begin, end = f"<!-- {name}: written by make bench -->", f"<!-- {name}: end -->"
    before = path.read_text(encoding="utf-8")
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(before)) != 1 or before.count(begin) != 1 or before.count(end) != 1:
        raise ValueError(f"{path} must hold the line {begin} and after it {end}, each once")
    after = pattern.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", before)
    path.write_text(after, encoding="utf-8")

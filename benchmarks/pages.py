"""How long the pages are, to read and to execute: writes `pages.md` from the book's sources and its cache.

python benchmarks/pages.py        after `make book`, whose executions it reads
"""

import re
from pathlib import Path
from statistics import fmean

from jupyter_cache import get_cache
from tables import head, processors, table

ROOT = Path(__file__).parent.parent
FILE = Path(__file__).with_name("pages.md")
FENCE = re.compile(r"^(`{3,}|:{3,})(\{[\w-]+\})?.*$")
HEADINGS = ("page", "words", "cells", "demos and quizzes", "seconds to execute")

TEXT = """\
# The pages of the chapters

Written by `python benchmarks/pages.py` after `make book`.

*Words* are those of the prose, without code and formulas; *cells* those that are executed when the book is built;
*seconds* are those of the last execution, with the start of its kernel, while as many pages ran as there are
processors.

{provenance}

"""


def words(text: str) -> int:
    """The words of a page's prose: outside of fences that hold code, options, formulas and comments."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$|<!--.*?-->|`[^`\n]+`", " ", text, flags=re.S)
    kept, code = [], ""
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if code:
            code = "" if line.strip() == code else code
        elif mark and mark[1][0] == "`":
            code = mark[1]
        elif not mark and not re.match(r"^:[\w-]+:|^\([\w-]+\)=$", line):
            kept.append(line)
    return len(re.findall(r"[^\W\d_][\w'’-]*", "\n".join(kept)))


def executed() -> dict[str, float]:
    """Seconds of the last execution, by the page's path below `book/`."""
    caches = sorted((ROOT / "_build").glob("jcache-*"), key=lambda path: path.stat().st_mtime)
    if not caches:
        raise SystemExit("there are no executed pages: run make book first")
    records = get_cache(caches[-1]).list_cache_records()
    return {
        str(Path(record.uri).relative_to(ROOT / "book")): record.data["execution_seconds"]
        for record in sorted(records, key=lambda record: record.created)
    }


def rows(seconds: dict[str, float]) -> list[list[str]]:
    """A line for each page of a chapter, and one for all together."""
    lines, sums = [], [0, 0, 0, 0.0]
    for path in sorted((ROOT / "book").glob("[0-9]*/*.md")):
        text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT / "book"))
        cells = text.count("{code-cell}")
        alive = len(re.findall(r"^\w*(?:Demo|Calculator|Race|Quiz)\(", text, re.M))
        numbers = [words(text), cells, alive, seconds.get(name, 0.0)]
        sums = [a + b for a, b in zip(sums, numbers, strict=True)]
        lines.append([name.removesuffix(".md"), *shown(numbers)])
    mean = fmean(int(line[1].replace(",", "")) for line in lines)
    return [*lines, ["all", *shown(sums)], ["words a page", f"{mean:,.0f}", "", "", ""]]


def shown(numbers: list[float]) -> list[str]:
    """The numbers of a line; a page without cells is not executed."""
    return [f"{number:,}" for number in numbers[:3]] + [f"{numbers[3]:.0f}" if numbers[3] else "–"]


def main() -> None:
    """Write the table."""
    text = TEXT.format(provenance=head(processors(), ("jupyter-book", "jupyter-cache")))
    FILE.write_text(text + table(HEADINGS, rows(executed())) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

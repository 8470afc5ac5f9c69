"""Which hand-ins share passages of code: information for a person who then reads both, never a verdict.

Winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD
2003): code is cut into tokens, names become one token and literals another; every run of `GRAM` tokens is hashed,
and of each window of `WINDOW` hashes the least is kept. A shared passage of `GRAM + WINDOW - 1` tokens is always
noticed. Passages of the student version, and those that many hand-ins share, do not count.
"""

import hashlib
import html
import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from course_lib.grading import notebooks

GRAM = 12  # tokens
WINDOW = 8
COMMON = 0.3  # a passage that this share of a class has is taken for the usual way to write it
CLASS = 10  # hand-ins; below, too few to say what is usual
SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER)
SENTENCE = (
    "Shared passages are a reason to read both hand-ins, not a finding. Two people can write the same "
    "lines because a page of the book suggests them, because they worked together as allowed, or by chance."
)


@dataclass(frozen=True)
class Prints:
    """The fingerprints of one hand-in: hash -> lines (cell, line) on which such a passage begins or goes on."""

    student: str
    cells: dict[str, str]  # name -> source
    lines: dict[int, frozenset[tuple[str, int]]]


@dataclass(frozen=True)
class Pair:
    """Two hand-ins; `share` is the part of the shorter one's passages that the other has, too."""

    first: str
    second: str
    share: float
    passages: int


def tokens(source: str) -> list[tuple[str, int]]:
    """The code's tokens with their lines; what does not compile is read as far as it goes.

    >>> [text for text, line in tokens("total = add(1, 'a')  # a note")]
    ['name', '=', 'name', '(', 'value', ',', 'value', ')']
    """
    found = []
    reader = io.StringIO(
        "\n".join("" if line.lstrip()[:1] in "%!" else line for line in source.split("\n"))
    ).readline
    try:
        for token in tokenize.generate_tokens(reader):
            if token.type in SKIPPED:
                continue
            found.append((_plain(token), token.start[0]))
    except (tokenize.TokenError, SyntaxError):
        pass  # half a cell still has its first half
    return found


def _plain(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME:
        return token.string if keyword.iskeyword(token.string) else "name"
    if token.type in (tokenize.NUMBER, tokenize.STRING):
        return "value"
    if token.type in (tokenize.INDENT, tokenize.DEDENT):
        return "block"
    return token.string


def winnowed(source: str) -> dict[int, set[int]]:
    """The kept hashes of a cell's code -> the lines of the passages they stand for."""
    cut = tokens(source)
    grams = []
    for at in range(len(cut) - GRAM + 1):
        text = " ".join(word for word, _ in cut[at : at + GRAM])
        grams.append(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()))
    kept: dict[int, set[int]] = defaultdict(set)
    for start in range(max(1, len(grams) - WINDOW + 1) if grams else 0):
        window = grams[start : start + WINDOW]
        at = start + max(
            range(len(window)), key=lambda i: (-window[i], i)
        )  # the least, the last of equal ones
        kept[grams[at]].update(line for _, line in cut[at : at + GRAM])
    return kept


def prints(student: str, notebook) -> Prints:
    """The fingerprints of a hand-in's own code: all code cells but the tests."""
    cells = {}
    for count, cell in enumerate(notebook.cells):
        name = cell_name(cell) or f"cell {count + 1}"
        if cell.cell_type == "code" and not name.startswith(notebooks.TEST):
            cells[name] = cell.source
    lines: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for name, source in cells.items():
        for print_, where in winnowed(source).items():
            lines[print_].update((name, line) for line in where)
    return Prints(student, cells, {key: frozenset(value) for key, value in lines.items()})


def cell_name(cell) -> str | None:
    """The name by which nbgrader knows a cell, also where metadata are damaged."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def compare(hand_ins: Iterable[Prints], baseline: Prints | None = None) -> tuple[list[Pair], set[int]]:
    """All pairs that share a passage, the most alike first, and the hashes that were left out as usual."""
    hand_ins = list(hand_ins)
    owners: dict[int, list[str]] = defaultdict(list)
    for entry in hand_ins:
        for print_ in entry.lines:
            owners[print_].append(entry.student)
    usual = set(baseline.lines) if baseline else set()
    if len(hand_ins) >= CLASS:
        usual |= {print_ for print_, names in owners.items() if len(names) > COMMON * len(hand_ins)}
    shared: Counter[tuple[str, str]] = Counter()
    for print_, names in owners.items():
        if print_ not in usual:
            shared.update(combinations(sorted(names), 2))
    sizes = {entry.student: sum(print_ not in usual for print_ in entry.lines) for entry in hand_ins}
    pairs = [
        Pair(*names, count / min(sizes[name] for name in names), count) for names, count in shared.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.share, -pair.passages, pair.first, pair.second)), usual


def read(folder: Path, problem_set: str) -> tuple[list[Prints], list[str]]:
    """The fingerprints of all hand-ins STUDENT/SET.ipynb in a folder, and the students whose file cannot be read."""
    found, unread = [], []
    for path in sorted(folder.glob(f"*/{problem_set}.ipynb")) + sorted(
        folder.glob(f"*/{problem_set}/{problem_set}.ipynb")
    ):
        student = path.relative_to(folder).parts[0]
        try:
            found.append(prints(student, notebooks.read(path)))
        except notebooks.NotebookError:
            unread.append(student)
    return found, unread


def table(pairs: list[Pair]) -> list[list[str]]:
    """The pairs as rows of text with a head."""
    head = ["student", "student", "shared", "passages"]
    return [head, *([p.first, p.second, f"{p.share:.0%}", str(p.passages)] for p in pairs)]


STYLE = """
body { font: 1rem/1.5 sans-serif; margin: 1rem auto; max-width: 75rem; padding: 0 1rem }
body { color: #1a1a1a; background: #fff }
td, th { padding: .2rem .8rem .2rem 0; text-align: left }
.two { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)) }
pre { overflow-x: auto; background: #f4f4f4; padding: .5rem; margin: 0 0 1rem }
mark { background: #fbe3a6; display: block }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #16181d } pre { background: #23262d } mark { background: #5a4a12; color: #fff }
}
"""


def page(problem_set: str, pairs: list[Pair], hand_ins: list[Prints], usual: set[int], most: int = 20) -> str:
    """A page with the table of all pairs and, for the first ones, both texts side by side with shared lines marked."""
    by_name = {entry.student: entry for entry in hand_ins}
    head, *rows = table(pairs)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>Shared passages in {html.escape(problem_set)}</title>",
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>",
        f"<h1>Shared passages in {html.escape(problem_set)}</h1><p>{html.escape(SENTENCE)}</p><table>",
        _row(head, "th"),
        *(_row(row, "td") for row in rows),
        "</table>",
    ]
    for pair in pairs[:most]:
        one, other = by_name[pair.first], by_name[pair.second]
        shared = (one.lines.keys() & other.lines.keys()) - usual
        title = f"{html.escape(pair.first)} and {html.escape(pair.second)}"
        parts.append(f"<h2>{title}: {pair.share:.0%} shared</h2><div class=two>")
        parts += [f"<div>{_marked(entry, shared)}</div>" for entry in (one, other)]
        parts.append("</div>")
    return "\n".join(parts) + "</html>\n"


def _row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _marked(entry: Prints, shared: set[int]) -> str:
    """The cells that hold a shared passage, with its lines marked."""
    lines = {where for print_ in shared for where in entry.lines[print_]}
    parts = [f"<h3>{html.escape(entry.student)}</h3>"]
    for name, source in entry.cells.items():
        if not any(cell == name for cell, _ in lines):
            continue
        text = [
            f"<mark>{html.escape(line) or ' '}</mark>"
            if (name, number) in lines
            else html.escape(line) + "\n"
            for number, line in enumerate(source.split("\n"), start=1)
        ]
        parts.append(f"<h4>{html.escape(name)}</h4><pre>{''.join(text)}</pre>")
    return "".join(parts)

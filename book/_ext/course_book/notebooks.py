"""Pages as plain Jupyter notebooks, for Colab, Binder and JupyterLab, which show no MyST.

Cells stay as they are, without outputs. In the text, MyST's directives and roles become ordinary Markdown: admonitions
become block quotes, cross-references the title they point to, citations authors and year.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from pybtex.database import Person, parse_file
from pybtex.richtext import Text
from sphinx.application import Sphinx

LABELLED_HEADING = re.compile(r"^\(([\w.-]+)\)=\s*\n+#+ +(.+)$", re.MULTILINE)
ROLE = re.compile(r"\{([a-z:]+)\}`([^`]+)`")
TITLED = re.compile(r"^(.*?)\s*<[^>]+>$", re.DOTALL)
CITATION = re.compile(r"\{footcite(?::[pt])?\}`([^`]+)`")
FENCE = re.compile(r"^(?P<mark>`{3,}|:{3,}|~{3,})\{(?P<name>[\w:.-]+)\}\s*(?P<argument>.*)$")
DROPPED = {"bibliography", "cover", "glossary", "raw", "tableofcontents", "toctree"}
COLAB = """\
import sys

if "google.colab" in sys.modules:  # elsewhere the course is installed already
    %pip install --quiet "course-lib[keras] @ git+{repository}@{branch}"
    from google.colab import output

    output.enable_custom_widget_manager()
"""


class Work(NamedTuple):
    """A publication, as authors and year and in full."""

    short: str
    full: str


@dataclass(frozen=True)
class Targets:
    """What cross-references and citations in the book stand for."""

    titles: Mapping[str, str] = field(default_factory=dict)
    works: Mapping[str, Work] = field(default_factory=dict)


def read_targets(book: Path) -> Targets:
    """Collect the labelled headings and the references of the book's folder."""
    titles = {}
    for page in sorted(book.rglob("*.md")):
        titles.update(LABELLED_HEADING.findall(page.read_text(encoding="utf-8")))
    bibliography = book / "references.bib"
    entries = parse_file(bibliography).entries if bibliography.is_file() else {}
    return Targets(titles, {key: _work(entry) for key, entry in entries.items()})


def _work(entry) -> Work:
    people: list[Person] = entry.persons.get("author", [])
    last = [_plain(" ".join(person.last_names)) for person in people]
    who = last[0] + " et al." if len(last) > 2 else " and ".join(last)
    names = ", ".join(
        _plain(" ".join(person.first_names + person.middle_names + person.last_names)) for person in people
    )
    fields = {key: _plain(value) for key, value in entry.fields.items()}
    where = next(
        (fields[key] for key in ("journal", "booktitle", "publisher", "institution") if key in fields), ""
    )
    address = fields.get("url") or (f"https://doi.org/{fields['doi']}" if "doi" in fields else "")
    parts = [names, f"*{fields['title']}*", where, fields["year"], address]
    return Work(f"{who}, {fields['year']}", ". ".join(part for part in parts if part))


def _plain(text: str) -> str:
    """Write LaTeX's accents as letters and drop its braces."""
    return str(Text.from_latex(text))


def write_all(book: Path, target: Path, launch: Mapping[str, str]) -> list[Path]:
    """Write every page with code in `book` as a notebook under `target`; return what was written."""
    written, targets = [], read_targets(book)
    for page in sorted(book.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if not is_myst_markdown_notebook(text):
            continue
        path = target / page.relative_to(book).with_suffix(".ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        notebook = convert(text, targets, launch)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
        written.append(path)
    return written


def write_for_site(app: Sphinx, error: Exception | None) -> None:
    """Put the notebooks beside the pages, where the download button finds them."""
    if not error and app.builder.format == "html":
        write_all(Path(app.srcdir), Path(app.outdir) / "notebooks", app.config.course_launch)


def convert(text: str, targets: Targets, launch: Mapping[str, str]) -> nbformat.NotebookNode:
    """Turn a MyST page into a notebook without outputs; where a repository is configured, Colab installs from it."""
    page = read_myst_markdown_notebook(text)
    cited = [key for keys in CITATION.findall(text) for key in keys.split(",")]
    cells = []
    if launch.get("repository"):
        source = COLAB.format(repository=launch["repository"], branch=launch["branch"])
        cells.append(nbformat.v4.new_code_cell(source.rstrip(), metadata={"tags": ["colab-setup"]}))
    for cell in page.cells:
        if cell.cell_type == "code":
            cells.append(
                nbformat.v4.new_code_cell(cell.source, metadata={"tags": list(cell.metadata.get("tags", []))})
            )
        elif plain := to_markdown(cell.source, targets, cited):
            cells.append(nbformat.v4.new_markdown_cell(plain))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def to_markdown(text: str, targets: Targets, cited: Sequence[str] = ()) -> str:
    """Rewrite MyST text as the Markdown that every notebook program shows.

    `cited` are the keys of the works that the page's own list of references holds.
    """
    works = [f"- {targets.works[key].full}" for key in dict.fromkeys(cited)]
    lines = _blocks(text.splitlines(), works)
    plain = re.sub(r"^\([\w.-]+\)=\s*$\n?", "", "\n".join(lines), flags=re.MULTILINE)
    plain = re.sub(r"^(\$\$) *\([\w.-]+\)\s*$", r"\1", plain, flags=re.MULTILINE)
    plain = ROLE.sub(lambda match: _role(match[1], match[2], targets), plain)
    plain = re.sub(r"\[([^\]]*)\]\(#([\w.-]+)\)", lambda m: m[1] or targets.titles.get(m[2], m[2]), plain)
    plain = re.sub(r"(\]\([^)\s:]+)\.md(#[^)\s]*)?\)", r"\1.ipynb)", plain)
    return re.sub(r"\n{3,}", "\n\n", plain).strip()


def _role(name: str, content: str, targets: Targets) -> str:
    titled = TITLED.match(content)
    if name == "math":
        return f"${content}$"
    if name.startswith(("cite", "footcite")):
        works = "; ".join(targets.works[key].short for key in content.split(","))
        return works if name.endswith(":t") else f"({works})"
    if titled:
        return titled[1]
    if name in ("ref", "doc", "numref"):
        return targets.titles.get(content, content.split("/")[-1])
    if name == "eq":
        return "the formula"
    return f"`{content}`" if name.startswith("py:") or name in ("kbd", "download") else content


def _blocks(lines: list[str], works: list[str]) -> list[str]:
    """Replace directives, innermost last, each by the Markdown that says the same."""
    out, position = [], 0
    while position < len(lines):
        opening = FENCE.match(lines[position])
        if not opening:
            out.append(lines[position])
            position += 1
            continue
        end = _closing(lines, position, opening["mark"])
        out += _directive(opening["name"], opening["argument"].strip(), lines[position + 1 : end], works)
        position = end + 1
    return out


def _closing(lines: list[str], start: int, mark: str) -> int:
    """Return the line that closes the fence opened at `start`: as many marks or more, and nothing else."""
    closing = re.compile(rf"^{re.escape(mark[0])}{{{len(mark)},}}\s*$")
    return next((i for i in range(start + 1, len(lines)) if closing.match(lines[i])), len(lines))


def _directive(name: str, argument: str, body: list[str], works: list[str]) -> list[str]:
    options, content = _split_options(body)
    if name == "footbibliography":
        return works
    if name in DROPPED:
        return []
    if name == "math":
        return ["$$", *content, "$$"]
    if name in ("code-block", "code"):
        return [f"```{argument}", *content, "```"]
    if name in ("figure", "image"):
        return [f"*[Figure: {options.get('alt', argument)}]*", "", *_blocks(content, works)]
    if name in ("div", "grid", "list-table", "table"):
        return _blocks(content, works)
    title = argument or name.replace("-", " ").capitalize()
    quoted = [f"**{title}**", "", *_blocks(content, works)]
    return ["", *(f"> {line}".rstrip() for line in quoted), ""]


def _split_options(body: list[str]) -> tuple[dict[str, str], list[str]]:
    """Part a directive's options (`:name: value` lines at its top) from its content."""
    options, position = {}, 0
    while position < len(body) and (match := re.match(r"^:([\w-]+):\s*(.*)$", body[position])):
        options[match[1]] = match[2]
        position += 1
    while position < len(body) and not body[position].strip():
        position += 1
    return options, body[position:]

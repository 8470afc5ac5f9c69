"""The book as a whole: the rules of the house in the sources, and what the built pages must and must not hold."""

import importlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
SITE = ROOT / "_build" / "html"
WORDS = 2_000
LINES = 25
HIDDEN_SOURCE = {"hide-input", "remove-input", "remove-cell", "hide-cell"}
PATH = ("Predict first", "Try it", "Check yourself", "Common mistakes", "Summary", "References")
FRAMEWORKS = {"tab-torch", "tab-keras"}


def toc_names(node: dict) -> list[str]:
    here = [node[key] for key in ("root", "file") if key in node]
    keys = ("parts", "chapters", "sections")
    return here + [name for key in keys for child in node.get(key, []) for name in toc_names(child)]


TOC = toc_names(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
TEXTS = {
    name: (BOOK / f"{name}.md").read_text(encoding="utf-8") for name in TOC if (BOOK / f"{name}.md").is_file()
}
NOTEBOOKS = {
    name: read_myst_markdown_notebook(text) for name, text in TEXTS.items() if is_myst_markdown_notebook(text)
}
SYLLABUS = yaml.safe_load((BOOK / "syllabus.yml").read_text(encoding="utf-8"))
every_page = pytest.mark.parametrize("name", TOC)
every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


def code_cells(name: str) -> list:
    return [cell for cell in NOTEBOOKS[name].cells if cell.cell_type == "code"]


# Sources


@every_page
def test_every_page_of_the_table_of_contents_exists(name):
    assert name in TEXTS


def test_every_page_is_in_the_table_of_contents():
    found = {
        path.relative_to(BOOK).with_suffix("").as_posix()
        for path in BOOK.rglob("*.md")
        if "_ext" not in path.parts
    }
    assert found - set(TOC) == set()


@every_notebook
def test_no_cell_escapes_execution(name):
    for cell in code_cells(name):
        assert "skip-execution" not in cell.metadata.get("tags", []), cell.source


@every_page
def test_sources_are_text_without_outputs(name):
    assert not (BOOK / f"{name}.ipynb").exists()
    assert "data:image/" not in TEXTS[name]


@every_notebook
def test_code_cells_can_be_read_at_a_glance(name):
    long = [
        cell.source
        for cell in code_cells(name)
        if not HIDDEN_SOURCE & set(cell.metadata.get("tags", [])) and len(cell.source.splitlines()) > LINES
    ]
    assert long == []


@every_notebook
def test_every_run_of_framework_cells_shows_both(name):
    runs, run = [], set()
    for cell in [*NOTEBOOKS[name].cells, None]:
        tag = FRAMEWORKS & set(cell.metadata.get("tags", [])) if cell else set()
        run |= tag
        if not tag and run:
            runs.append(run)
            run = set()
    assert all(run == FRAMEWORKS for run in runs)


@pytest.mark.parametrize(
    "name", [name for name in NOTEBOOKS if re.match(r"\d\d-", name) and "overview" not in name]
)
def test_a_chapter_page_follows_the_path_that_readers_know(name):
    found = re.findall(r"^## (.+)$", TEXTS[name], re.MULTILINE)
    assert [heading for heading in found if heading in PATH] == list(PATH)


@every_page
def test_a_page_stays_below_two_thousand_words(name):
    prose = re.sub(r"^(`{3,}).*?^\1`*\s*$", "", TEXTS[name], flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"\A---\n.*?\n---\n", "", prose, flags=re.DOTALL)
    assert len(re.findall(r"[A-Za-z][\w’'-]*", prose)) <= WORDS


@every_notebook
def test_a_page_states_the_seed_that_its_code_uses(name):
    seed = NOTEBOOKS[name].metadata.get("seed")
    code = "\n".join(cell.source for cell in code_cells(name))
    used = {int(number) for number in re.findall(r"(?:seed\w*\(|seed=|default_rng\()(\d+)", code)}
    assert not used or seed in used


# Syllabus


def sections() -> dict[str, tuple[str, str]]:
    """Return the section that each label starts: label -> (page, text up to the next heading of its level)."""
    found = {}
    for name, text in TEXTS.items():
        for match in re.finditer(r"^\(([\w-]+)\)=\n+(#+) [^\n]*\n", text, re.MULTILINE):
            rest = text[match.end() :]
            end = re.search(
                rf"^#{{1,{len(match[2])}}} ", re.sub(r"^`{3}.*?^`{3}", blank, rest, flags=re.S | re.M), re.M
            )
            found[match[1]] = (name, rest[: end.start()] if end else rest)
    return found


def blank(match: re.Match) -> str:
    """Replace code by as many characters, so that a comment in it does not look like a heading."""
    return "." * len(match[0])


SECTIONS = sections()


@pytest.mark.parametrize("topic", SYLLABUS)
def test_a_topic_of_the_syllabus_has_a_section_with_code_that_runs(topic):
    label = SYLLABUS[topic]
    assert label in SECTIONS, f"no page has the label ({label})="
    page, text = SECTIONS[label]
    assert page in NOTEBOOKS
    assert "{code-cell}" in text, f"the section {label} of {page} has no code"


def test_every_section_with_a_topics_label_is_in_the_syllabus():
    chapters = {topic.split(".")[0] for topic in SYLLABUS}
    labelled = {label for label in SECTIONS if label.split("-")[0] in chapters}
    parts = tuple(
        f"{label}-" for label in SYLLABUS.values()
    )  # such as cnn-convolution-demo, within its topic
    assert {label for label in labelled if not label.startswith(parts)} == set(SYLLABUS.values())


def test_a_label_is_its_topic_with_a_dash():
    assert {topic.replace(".", "-") for topic in SYLLABUS} == set(SYLLABUS.values())


# The built book


class Page(HTMLParser):
    """Collects of a built page what tests ask about."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.links, self.loads, self.images, self.figures, self.headings = set(), [], [], [], [], []
        self.in_article = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.loads.append(found.get("href", ""))
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed") and found.get("src"):
            self.loads.append(found["src"])
        if tag == "img" and self.in_article:
            self.images.append(found)
        if tag == "svg" and self.in_article:
            self.figures.append(found)
        if tag == "article":
            self.in_article = True
        if self.in_article and re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.fixture(scope="module")
def built():
    if not (SITE / "index.html").is_file():
        pytest.fail("the book is not built: run make book first")
    pages = [path for path in SITE.rglob("*.html") if "_static" not in path.parts]
    return {path.relative_to(SITE).as_posix(): Page(path) for path in pages}


@every_page
def test_a_page_is_built(built, name):
    assert f"{name}.html" in built


def test_nothing_outside_the_site_is_loaded(built):
    outside = re.compile(r"^(https?:)?//")
    loaded = [
        (name, address) for name, page in built.items() for address in page.loads if outside.match(address)
    ]
    for path in SITE.rglob("*.css"):
        css = path.read_text(encoding="utf-8")
        addresses = re.findall(r"""(?:url\(|@import\s+)["']?((?:https?:)?//[^"')]+)""", css)
        loaded += [(path.name, address) for address in addresses]
    assert loaded == []


def test_what_a_page_loads_is_there(built):
    missing = []
    for name, page in built.items():
        for address in page.loads:
            target = (SITE / name).parent / unquote(urlsplit(address).path)
            if not urlsplit(address).scheme and not target.is_file():
                missing.append((name, address))
    assert missing == []


def test_links_between_pages_lead_somewhere(built):
    broken = []
    for name, page in built.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (
                ((SITE / name).parent / unquote(parts.path)).resolve()
                if parts.path
                else (SITE / name).resolve()
            )
            place = target.relative_to(SITE.resolve()).as_posix()
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in built[place].ids):
                broken.append((name, link))
    assert broken == []


def test_every_image_has_a_text_alternative(built):
    poor = [
        (name, image)
        for name, page in built.items()
        for image in page.images
        if image.get("aria-hidden") != "true"
        and (
            not image.get("alt", "").strip() or re.search(r"\.(png|svg|jpe?g|webp|gif)$|[/\\]", image["alt"])
        )
    ]
    assert poor == []


def test_every_drawing_is_named_or_left_to_its_named_figure(built):
    poor = [
        (name, drawing)
        for name, page in built.items()
        for drawing in page.figures
        if drawing.get("aria-hidden") != "true"
        and not drawing.get("aria-label")
        and not drawing.get("aria-labelledby")
    ]
    assert poor == []


@every_page
def test_headings_step_down_one_level_at_a_time(built, name):
    headings = built[f"{name}.html"].headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    jumps = [(high, low) for high, low in itertools.pairwise(headings) if low > high + 1]
    assert jumps == []


@pytest.mark.parametrize("room", [path.stem for path in (BOOK / "api").glob("*.md") if path.stem != "index"])
def test_every_public_name_of_a_room_is_in_its_reference(built, room):
    module = importlib.import_module(f"course_lib.{room}")
    names = [name for name in module.__all__ if callable(getattr(module, name))]
    missing = {name for name in names if f"course_lib.{room}.{name}" not in built[f"api/{room}.html"].ids}
    assert missing == set()

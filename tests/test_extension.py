"""The book's Sphinx extension, on small books built for the purpose and on its own functions."""

import json
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from course_book import art, cache, checks, provenance
from docutils import nodes

FRONT = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\nseed: 7\n---\n\n"
TABS = """
```{{code-cell}}
:tags: [{first}]
print("seven" , 7)
```

```{{code-cell}}
:tags: [{second}]
print("eight" , 8)
```
"""
DEMO = """
```{code-cell}
import anywidget

class Demo(anywidget.AnyWidget):
    _esm = "export default { render({ el }) { el.textContent = 'alive'; } };"

Demo()
```
"""


def cell(source, tags=""):
    return f"\n```{{code-cell}}\n:tags: [{tags}]\n{source}\n```\n"


class Book:
    """A small book that is built like the real one."""

    def __init__(self, root, folder):
        self.root, self.folder = root, folder
        self.site = folder / "_build" / "html"
        (folder / "book").mkdir(parents=True)
        (folder / "book" / "references.bib").write_text("", encoding="utf-8")
        shutil.copy(root / "_config.yml", folder)
        self.pages = {}

    def write(self, name, text):
        self.pages[name] = text
        (self.folder / "book" / f"{name}.md").write_text(text, encoding="utf-8")
        rest = [f"  - file: {page}\n" for page in self.pages if page != "index"]
        toc = "format: jb-book\nroot: index\n" + ("chapters:\n" + "".join(rest) if rest else "")
        (self.folder / "_toc.yml").write_text(toc, encoding="utf-8")

    def build(self):
        options = {"source": "book", "config": "_config.yml", "toc": "_toc.yml", "output": "."}
        command = [sys.executable, str(self.root / "book" / "_ext" / "build.py")]
        command += [f"--{key}={value}" for key, value in options.items()]
        environment = {**os.environ, "COURSE_DATA": "/nowhere"}
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=environment)

    def html(self, name):
        return (self.site / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def book(root, tmp_path):
    return Book(root, tmp_path / "course")


@pytest.fixture(scope="module")
def good(root, tmp_path_factory):
    """A book with tabs, a formula, a demo and a launch address, built twice: the second time nothing is done."""
    book = Book(root, tmp_path_factory.mktemp("good") / "course")
    config = book.folder / "_config.yml"
    text = config.read_text(encoding="utf-8")
    assert 'url: ""' in text, (
        "the address of the public repository is configured: this test expects it is not"
    )
    config.write_text(text.replace('url: ""', "url: https://github.com/some/course", 1), encoding="utf-8")
    book.write("index", "# Home\n")
    code = "\n$x^2$\n" + TABS.format(first="tab-torch", second="tab-keras") + DEMO
    code += cell('import os, numpy\nprint(os.environ.get("COURSE_DATA"))')
    code += cell("1 / 0", "raises-exception") + cell(
        'import sys\nprint("note", file=sys.stderr)', "allow-stderr"
    )
    book.write("page", FRONT + "# Page\n" + code)
    book.first, book.second = book.build(), book.build()
    return book


def test_a_book_is_built_and_the_last_line_names_its_front_page(good):
    assert good.first.returncode == 0, good.first.stdout + good.first.stderr
    last = good.first.stdout.strip().splitlines()[-1]
    assert last.endswith(os.path.join("_build", "html", "index.html"))
    assert (good.folder / last.split(": ")[-1]).is_file()


def test_an_unchanged_book_is_not_built_again(good):
    assert good.second.returncode == 0
    assert good.second.stdout.startswith("Nothing has changed.")


def test_framework_cells_stand_in_one_set_of_tabs(good):
    page = good.html("page")
    assert page.count('class="framework-tabs') == 1
    assert page.count('role="tablist"') == 1
    torch, keras = page.index("framework-torch docutils"), page.index("framework-keras docutils")
    assert torch < page.index("seven 7") < keras < page.index("eight 8")


def test_an_executed_page_says_where_it_was_executed(good):
    line = re.search(r'<p class="course-provenance">(.*?)</p>', good.html("page"))[1]
    assert re.match(r"Executed on \d+ \w+ \d{4} on .+ with Python 3\.\d+\.\d+, numpy ", line)
    assert line.endswith("seed 7.")
    assert "torch" not in line, "a package that the page did not load is named"
    assert "course-provenance" not in good.html("index")


def test_pages_are_executed_without_the_builders_own_data(good):
    assert "None" in good.html("page")


def test_a_demo_comes_with_our_host_and_nothing_else(good):
    page = good.html("page")
    assert "application/vnd.jupyter.widget-view+json" in page
    assert "_static/host.js" in page
    assert "host.js" not in good.html("index")
    for foreign in ("require.js", "embed-amd", "THEBE", "cdn"):
        assert foreign not in page


def test_formulas_are_set_by_the_local_copy_and_only_pages_with_formulas_load_it(good):
    page, index = good.html("page"), good.html("index")
    link = re.search(r'<link rel="preload" [^>]*id="course-mathjax" href="([^"]+)"', page)
    assert link[1] == "_static/mathjax/tex-chtml-full.js"
    assert "_static/formulas.js" in page
    assert "mathjax/" not in index
    assert "formulas.js" not in index
    assert (good.site / "_static/mathjax/tex-chtml-full.js").stat().st_size > 1_000_000
    assert len(list((good.site / "_static/mathjax").rglob("*.woff"))) > 20


def test_the_palette_of_the_library_is_the_palette_of_the_pages(good):
    from course_lib.palette import DARK, LIGHT

    css = (good.site / "_static/palette.css").read_text(encoding="utf-8")
    for theme in (LIGHT, DARK):
        assert all(f"--course-{name}: {color};" in css for name, color in theme.items())


def test_a_configured_repository_gives_launch_buttons_that_open_notebooks(good):
    links = re.findall(r'href="(https://[^"]+)"', good.html("page"))
    assert "https://colab.research.google.com/github/some/course/blob/main/notebooks/page.ipynb" in links
    assert "https://mybinder.org/v2/gh/some/course/main?urlpath=lab/tree/notebooks/page.ipynb" in links
    notebook = nbformat.read(good.site / "notebooks/page.ipynb", as_version=4)
    assert "git+https://github.com/some/course@main" in notebook.cells[0].source


def test_without_a_repository_there_is_no_launch_button(book):
    book.write("index", FRONT + "# Home\n" + cell("print(1)"))
    done = book.build()
    assert done.returncode == 0, done.stderr
    assert "colab" not in book.html("index").lower()
    assert "notebooks/index.ipynb" in book.html("index")
    assert nbformat.read(book.site / "notebooks/index.ipynb", as_version=4).cells[0].cell_type == "markdown"


def test_a_book_that_must_not_be_published_is_not_built_and_says_why_last(book):
    book.write("index", "# Home\n")
    book.write("raises", FRONT + "# Raises\n" + cell("x = 1") + cell("x / 0"))
    book.write("warns", FRONT + "# Warns\n" + cell('import sys\nprint("careful", file=sys.stderr)'))
    book.write("slides", FRONT + "# Slides\n" + cell("import ipywidgets\nipywidgets.IntSlider()"))
    done = book.build()
    assert done.returncode != 0
    why = done.stderr[done.stderr.index("The book was not built:") :]
    assert re.search(r"raises\.md: line \d+, code cell 2: ZeroDivisionError: division by zero", why)
    assert re.search(r"warns\.md: line \d+, code cell 1: wrote to stderr .*: careful", why)
    assert re.search(r"slides\.md: holds a IntSliderModel of @jupyter-widgets/controls", why)
    assert not (book.folder / "_build" / "book.json").exists()


def test_a_warning_fails_the_build_and_fails_it_again(book):
    book.write("index", "# Home\n\n{ref}`nowhere`\n")
    for _ in range(2):
        done = book.build()
        assert done.returncode != 0
        assert "undefined label: 'nowhere'" in done.stderr.strip().splitlines()[-1]
    book.write("index", "# Home\n")
    assert book.build().returncode == 0


def test_a_run_of_tabs_with_one_framework_fails_the_build(book):
    book.write("index", FRONT + "# Home\n" + TABS.format(first="tab-torch", second="tab-torch"))
    done = book.build()
    assert done.returncode != 0
    assert "no cell tagged tab-keras" in done.stderr.strip().splitlines()[-1]


def test_an_edited_page_is_executed_again_and_another_one_is_not(book):
    book.write("index", FRONT + "# Home\n" + cell("import time\nprint(time.time_ns())"))
    book.write("other", FRONT + "# Other\n" + cell("import time\nprint('other', time.time_ns())"))
    book.write("third", "# Third\n")
    assert book.build().returncode == 0
    before = {name: re.findall(r"\d{19}", book.html(name)) for name in book.pages}
    book.write("other", book.pages["other"].replace("# Other", "# Another").replace("'other'", "'edited'"))
    assert book.build().returncode == 0
    assert re.findall(r"\d{19}", book.html("index")) == before["index"]
    assert re.findall(r"\d{19}", book.html("other")) != before["other"]
    assert "Another" in book.html("third"), "the navigation keeps the old title"


# Cache


@pytest.fixture
def library(tmp_path):
    for name in (
        "course_lib/a.py",
        "course_lib/widgets/static/b.js",
        "constraints.txt",
        "book/results/c.json",
        "book/results/family/d.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "course_lib/a.py",
        "course_lib/widgets/static/b.js",
        "book/results/c.json",
        "book/results/family/d.json",
    ],
)
def test_a_changed_library_or_result_gets_a_new_cache(library, name):
    before = cache.digest(cache.library_files(library), library)
    (library / name).write_text("changed", encoding="utf-8")
    assert cache.digest(cache.library_files(library), library) != before


def test_what_pages_do_not_depend_on_keeps_the_cache(library):
    before = cache.digest(cache.library_files(library), library)
    for name in ("course_lib/__pycache__/a.pyc", "course_lib/widgets/src/b.js", "tests/test_a.py"):
        path = library / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    assert cache.digest(cache.library_files(library), library) == before


def test_a_new_cache_removes_the_old_one(library):
    build = library / "_build"
    old = cache.cache_folder(build, library)
    old.mkdir(parents=True)
    (library / "constraints.txt").write_text("changed", encoding="utf-8")
    new = cache.cache_folder(build, library)
    assert new != old
    assert not old.exists()


# Checks and provenance


def models(**state):
    notebook = nbformat.v4.new_notebook(metadata={"source_map": []})
    notebook.metadata.widgets = {checks.WIDGET_STATE: {"state": state}}
    return notebook


ANYWIDGET = {"model_module": "anywidget", "model_name": "AnyModel", "state": {"layout": "IPY_MODEL_box"}}
LAYOUT = {"model_module": "@jupyter-widgets/base", "model_name": "LayoutModel", "state": {}}


def test_an_anywidget_and_its_layout_may_be_published():
    notebook = models(demo=ANYWIDGET, box=LAYOUT)
    assert checks.findings(notebook, notebook) == []


def test_a_layout_that_belongs_to_no_anywidget_may_not():
    notebook = models(box=LAYOUT)
    assert "LayoutModel" in checks.findings(notebook, notebook)[0]


def test_provenance_names_the_gpu_only_if_the_page_used_it():
    record = {
        "processor": "A CPU, 2 cores",
        "gpu": None,
        "versions": {"Python": "3.11.7"},
        "date": "2026-11-21",
    }
    line = "Executed on 21 November 2026 on A CPU, 2 cores with Python 3.11.7"
    assert provenance.sentence(record, None) == line + "."
    assert provenance.sentence(record, 0) == line + ", seed 0."
    assert "on A GPU and A CPU" in provenance.sentence({**record, "gpu": "A GPU"}, None)


def test_provenance_leaves_out_local_version_suffixes():
    outputs = [
        {
            "name": "stdout",
            "text": json.dumps({"versions": {"torch": "2.13.0+cpu"}, "processor": "", "gpu": None}),
        }
    ]
    assert "torch 2.13.0." in provenance.sentence(provenance.parse(outputs), None)


# Art and tabs


def test_the_cover_is_what_its_caption_says():
    ends = {rule: art.surface(*art.descend(rule, rate)[-1]) for rule, _, rate in art.PATHS}
    assert ends["momentum"] == pytest.approx(ends["Adam"], abs=0.01)
    assert ends["momentum"] < ends["gradient descent"] - 0.5


def test_adam_on_the_cover_is_adam_of_pytorch():
    import torch

    point = torch.tensor(art.START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([point], lr=0.06)
    path = [point.detach().numpy().copy()]
    for _ in range(art.STEPS):
        point.grad = torch.from_numpy(art.gradient(point.detach().numpy()))
        optimizer.step()
        path.append(point.detach().numpy().copy())
    assert art.descend("Adam", 0.06) == pytest.approx(np.array(path), abs=1e-6)


def test_the_marks_dots_are_sobels_kernel():
    assert art.mark().count("<circle") == 9
    radii = [float(radius) for radius in re.findall(r' r="([\d.]+)"', art.mark())]
    assert radii[3] == max(radii)
    assert radii[1] == min(radii)


def test_tabs_are_not_made_of_plain_containers():
    from course_book.tabs import tag_of

    plain = nodes.container(nb_element="cell_code", cell_metadata={"tags": ["hide-input"]})
    assert tag_of(plain) is None
    assert tag_of(SimpleNamespace()) is None

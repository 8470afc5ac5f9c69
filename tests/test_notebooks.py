"""Pages as plain notebooks, and the addresses that open them."""

import re

import nbformat
import pytest
from course_book import launch, notebooks
from sphinx.errors import ConfigError

WORK = notebooks.Work("Someone, 2020", "A. Someone. *A work*. A journal. 2020")
TARGETS = notebooks.Targets({"the-label": "The title"}, {"someone2020": WORK})


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("(a-label)=\n## Title", "## Title"),
        ("$$\nx = 1\n$$ (eq)", "$$\nx = 1\n$$"),
        ("```{math}\n:label: eq\nx = 1\n```", "$$\nx = 1\n$$"),
        ("See {ref}`the-label` and {ref}`there <other>`.", "See The title and there."),
        ("A {term}`kernel`, {term}`kernels <kernel>`, {math}`x^2`.", "A kernel, kernels, $x^2$."),
        (
            "Known {cite:p}`someone2020`; {cite:t}`someone2020` says.",
            "Known (Someone, 2020); Someone, 2020 says.",
        ),
        (":::{tip} Try it\n:class: x\nDo this.\n:::", "> **Try it**\n>\n> Do this."),
        ("::::{note}\n:::{tip}\nInner.\n:::\n::::", "> **Note**\n>\n>\n> > **Tip**\n> >\n> > Inner.\n>"),
        ("[there](#the-label) and [](#the-label)", "there and The title"),
        (
            "[page](other.md#part) and [site](https://a.b/c.md)",
            "[page](other.ipynb) and [site](https://a.b/c.md)",
        ),
        (
            ":::::{grid} 1 1 3 3\n:gutter: 3\n::::{grid-item-card} One\nText.\n::::\n:::::",
            "> **One**\n>\n> Text.",
        ),
        ("```python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```{code-block} python\nx = 1\n```", "```python\nx = 1\n```"),
        ("Known {footcite:p}`someone2020`.", "Known (Someone, 2020)."),
        ("```{footbibliography}\n```", "- A. Someone. *A work*. A journal. 2020"),
    ],
)
def test_myst_becomes_plain_markdown(myst, markdown):
    assert notebooks.to_markdown(myst, TARGETS, cited=["someone2020"]) == markdown


def test_references_keep_their_accents_and_lose_their_braces(root):
    works = notebooks.read_targets(root / "book").works
    assert works["lecun1998gradient"].short == "LeCun et al., 1998"
    assert works["lecun1998gradient"].full.startswith(
        "Yann LeCun, Léon Bottou, Yoshua Bengio, Patrick Haffner. *Gradient"
    )
    assert works["xiao2017fashion"].full.count("{") == 0


def test_the_pages_of_the_book_leave_no_myst_in_their_notebooks(root, tmp_path):
    written = notebooks.write_all(root / "book", tmp_path, {"repository": ""})
    assert written
    for path in written:
        for part in nbformat.read(path, as_version=4).cells:
            if part.cell_type == "markdown":
                assert not re.search(
                    r"^:::|^```\{|^\([\w-]+\)=|\{[\w:]+\}`|^\$\$ *\(", part.source, re.MULTILINE
                ), part


def test_the_same_page_gives_the_same_notebook():
    text = "---\nfile_format: mystnb\n---\n\n# Page\n\n```{code-cell}\nprint(1)\n```\n"
    first, second = (notebooks.convert(text, TARGETS, {"repository": ""}) for _ in range(2))
    assert nbformat.writes(first) == nbformat.writes(second)


def test_launch_addresses_of_every_service():
    options = {
        "repository": "https://gitlab.com/some/course",
        "branch": "term",
        "jupyterhub_url": "https://hub.example.org/",
        "colab_url": "https://colab.research.google.com",
        "binderhub_url": "https://mybinder.org",
    }
    found = {name: address for name, address, _ in launch.launch_addresses(options, "notebooks/a/b.ipynb")}
    assert found == {  # Colab opens GitHub repositories only
        "JupyterHub": "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A//gitlab.com/some/course"
        "&branch=term&urlpath=lab/tree/course/notebooks/a/b.ipynb",
        "Binder": "https://mybinder.org/v2/gl/some%2Fcourse/term?urlpath=lab/tree/notebooks/a/b.ipynb",
    }


def test_an_address_that_is_no_repository_is_refused():
    with pytest.raises(ConfigError, match=r"expected repository\.url like"):
        launch.launch_addresses({"repository": "https://github.com/course", "branch": "main"}, "x.ipynb")

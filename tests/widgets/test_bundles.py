import gzip
import os
import shutil
import subprocess

import pytest

from course_lib import palette, widgets
from course_lib.widgets.base import STATIC

SRC = STATIC.parent / "src"
DEMOS = sorted(script.parent.name for script in SRC.glob("*/index.js"))
BUNDLES = [f"{demo}.{kind}" for demo in DEMOS for kind in ("js", "css")]
BY_CLASS = {name: cls.bundle for name, cls in vars(widgets).items() if hasattr(cls, "bundle")}
PAGES = [
    page
    for page in sorted((SRC.parents[2] / "book").rglob("*.md"))
    if any(f"{name}(" in page.read_text(encoding="utf-8") for name in BY_CLASS)
]
MAX_DEMO = 25_000  # bytes gzipped
MAX_PAGE = 60_000


def gzipped(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), compresslevel=9)) for name in names)


@pytest.fixture(scope="module")
def rebuilt(npm, tmp_path_factory):
    """A folder of bundles built afresh from the locked dependencies, away from the working tree."""
    copy = tmp_path_factory.mktemp("front-end") / "src"
    shutil.copytree(SRC, copy, ignore=shutil.ignore_patterns("node_modules"))
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run([npm, *command], cwd=copy, text=True, capture_output=True)
        if done.returncode and command[0] == "ci" and os.environ.get("CI") != "true":
            pytest.skip(f"npm could not fetch esbuild to rebuild the bundles: {done.stderr}")
        assert done.returncode == 0, done.stderr
    return copy.parent / "static"


@pytest.mark.parametrize("name", BUNDLES)
def test_a_committed_bundle_is_what_its_source_builds(rebuilt, name):
    assert (STATIC / name).read_bytes() == (rebuilt / name).read_bytes(), "run npm run build in widgets/src"


def test_static_holds_bundles_and_nothing_else():
    assert sorted(path.name for path in STATIC.iterdir()) == sorted(BUNDLES)


@pytest.mark.parametrize("demo", DEMOS)
def test_a_demo_stays_small(demo):
    assert gzipped(f"{demo}.js", f"{demo}.css") <= MAX_DEMO


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_demos_of_a_page_are_small_together(page):
    """A page carries each of its demos whole, so that one is alive without the others."""
    shown = {demo for name, demo in BY_CLASS.items() if f"{name}(" in page.read_text(encoding="utf-8")}
    assert gzipped(*(f"{demo}.{kind}" for demo in shown for kind in ("js", "css"))) <= MAX_PAGE


def test_pages_with_demos_are_found():
    assert PAGES


def test_every_bundle_belongs_to_a_demo_in_python():
    demos = {cls.__module__.rpartition(".")[2] for cls in vars(widgets).values() if hasattr(cls, "_esm")}
    assert demos == set(DEMOS)


def test_the_palette_of_the_demos_is_the_palette_of_the_book():
    css = (SRC / "shared" / "palette.css").read_text(encoding="utf-8")
    comment, _, rules = css.partition("\n")
    assert comment.startswith("/* Made from course_lib/palette.py")
    dark = ':is([data-theme="dark"], [data-jp-theme-light="false"]) .course-demo'
    assert rules == palette.css(".course-demo", dark)

"""The built book in a browser: a page that asks for anything outside the site, or logs an error, fails its test."""

import functools
import http.server
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from ipywidgets.embed import dependency_state, embed_data
from playwright.sync_api import Browser, Locator, Page

from course_lib.palette import DARK, LIGHT
from course_lib.widgets.base import Demo

sys.path.append(str(Path(__file__).parents[1] / "widgets"))  # what torch computes for the demos

LOCAL = re.compile(r"^(http://127\.0\.0\.1[:/]|blob:|data:|file:|about:)")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A page that holds nothing but demos.
DEMO_PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="{theme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Demo</title>
<style>body {{ color: {text}; background: {surface} }}</style></head>
<body><main><h1>Demo</h1>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
<script type="application/vnd.jupyter.widget-view+json">{view}</script>
</main><script>{host}</script></body></html>"""
# Every demo's script has a host before it, made by host.js, and every host has drawn its demo.
SETTLED = """async () => {
  const views = document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').length;
  if (document.querySelectorAll('.course-demo-host[data-ready="true"]').length !== views) return false;
  await window.courseFormulas;
  await document.fonts.ready;
  return document.readyState === "complete";
}"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without writing a line for each."""

    def log_message(self, *arguments) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def built(root: Path) -> Path:
    """The folder of the built book."""
    site = root / "_build" / "html"
    if not (site / "index.html").is_file():
        pytest.fail("the book is not built: run make book first")
    return site


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    """The address of a local server of the built book, ending in a slash."""
    handler = functools.partial(QuietHandler, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a fresh profile, and wait until their demos have mounted and formulas are set.

    `open_page("notation.html", dark=False, width=1280, javascript=True)` returns a Playwright page; a full address
    (http, file) is taken as it is. After the test, outside requests and errors of all its pages fail it.
    """
    contexts, trouble = [], []

    def watch(page: Page) -> None:
        def only_local(route) -> None:
            if LOCAL.match(route.request.url):
                route.continue_()
            else:
                trouble.append(f"asked for {route.request.url}")
                route.abort()

        page.route("**/*", only_local)
        page.on("console", lambda message: message.type == "error" and trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and trouble.append(f"missing {answer.url}"))

    def open_(path: str, dark: bool = False, width: int = 1280, javascript: bool = True) -> Page:
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=javascript)
        context.set_default_navigation_timeout(
            120_000
        )  # a machine that does other work is no fault of the page
        contexts.append(context)
        context.on("page", watch)
        page = context.new_page()
        page.goto(path if "://" in path else request.getfixturevalue("site") + path)
        if javascript:
            page.wait_for_function(SETTLED, timeout=60_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def open_demo(open_page, root: Path, tmp_path: Path) -> Callable[..., Locator]:
    """Open a demo on a page that holds nothing else; return its region. `address` may ask for a set-up: "#name?…"."""

    def open_(demo: Demo, address: str = "", **screen) -> Locator:
        dark = screen.get("dark", False)
        state = dependency_state([demo], drop_defaults=False)  # the code is a default, too
        parts = embed_data(views=[demo], state=state)
        host = root / "book" / "_ext" / "course_book" / "static" / "host.js"
        colors = DARK if dark else LIGHT
        text = DEMO_PAGE.format(
            theme="dark" if dark else "light",
            text=colors["text"],
            surface=colors["surface"],
            state=json.dumps(parts["manager_state"]).replace("</", "<\\/"),
            view=json.dumps(parts["view_specs"][0]),
            host=host.read_text(encoding="utf-8"),
        )
        file = tmp_path / "demo.html"
        file.write_text(text, encoding="utf-8")
        return open_page(file.as_uri() + address, **screen).get_by_role("region")

    return open_


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Run axe-core with every WCAG 2.2 A and AA rule; return each violation as a readable line."""
    runner = Axe()
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}

    def run(page: Page) -> list[str]:
        violations = runner.run(page, options=options).response["violations"]
        return [
            f"{violation['id']}: {violation['help']}: {json.dumps(node['target'])} {node['html'][:200]} "
            f"{node.get('failureSummary', '')}"
            for violation in violations
            for node in violation["nodes"]
        ]

    return run

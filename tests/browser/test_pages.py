"""Every page of the built book, light and dark, wide and narrow, with and without a server."""

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]


def names(node: dict) -> list[str]:
    """Return the pages of the table of contents, in order."""
    here = [node[key] for key in ("root", "file") if key in node]
    below = [
        name
        for key in ("parts", "chapters", "sections")
        for child in node.get(key, [])
        for name in names(child)
    ]
    return here + below


PAGES = names(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
MADE_BY_SPHINX = ["search"]
TABS = "[role=tablist][aria-label=Framework]"


@pytest.fixture(scope="session")
def with_tabs(built: Path) -> list[str]:
    """The pages that show code in both frameworks."""
    found = [
        name for name in PAGES if "framework-tabs" in (built / f"{name}.html").read_text(encoding="utf-8")
    ]
    assert len(found) >= 2, "expected framework tabs on at least two pages"
    return [f"{name}.html" for name in found]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("name", PAGES + MADE_BY_SPHINX)
def test_a_page_loads_alone_is_accessible_and_fits(open_page, axe, name):
    page = open_page(f"{name}.html")
    found = {}
    for width, scheme in [(1280, "light"), (1280, "dark"), (375, "dark"), (375, "light")]:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        page.wait_for_timeout(
            200
        )  # what scrolls is found, and made reachable, a moment after a change of size
        findings = axe(page)
        if overflow(page) > 0:
            findings.append(f"the page is {overflow(page)} pixels wider than its window")
        if findings:
            found[width, scheme] = findings
    assert found == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_is_light_or_dark_as_the_system_is(open_page, dark):
    page = open_page("index.html", dark=dark)
    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")


def test_pages_work_from_files(open_page, built, with_tabs):
    for name in ("index.html", *with_tabs):
        page = open_page((built / name).as_uri())
        expect(page.locator("article h1").first).to_be_visible()


def test_pages_can_be_read_without_javascript(open_page, with_tabs):
    for name in ("index.html", *with_tabs):
        page = open_page(name, javascript=False)
        expect(page.locator("article h1").first).to_be_visible()
        for panel in page.locator(".framework-panel").all():
            expect(panel).to_be_visible()
        for tabs in page.locator(TABS).all():
            expect(tabs).to_be_hidden()


def test_the_choice_of_framework_holds_on_the_next_page_by_keyboard(open_page, with_tabs):
    page = open_page(with_tabs[0])
    tabs = page.locator(TABS).first.get_by_role("tab")
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(page.locator(".framework-keras").first).to_be_visible()
    expect(page.locator(".framework-torch").first).to_be_hidden()
    page.goto(page.url.replace(with_tabs[0], with_tabs[1]))
    expect(page.locator(TABS).first.get_by_role("tab").nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".framework-keras").first).to_be_visible()
    expect(page.locator(".framework-torch").first).to_be_hidden()


def test_choosing_a_framework_switches_every_pair_of_tabs(open_page, with_tabs):
    page = open_page(with_tabs[0])
    page.locator(TABS).last.get_by_role("tab", name="Keras").click()
    for panel in page.locator(".framework-torch").all():
        expect(panel).to_be_hidden()
    for panel in page.locator(".framework-keras").all():
        expect(panel).to_be_visible()


def test_paper_shows_both_frameworks_and_clips_nothing(open_page, with_tabs):
    page = open_page(with_tabs[0], width=720)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article details:not([open])").count() == 0
    for panel in page.locator(".framework-panel").all():
        expect(panel).to_be_visible()
    clipped = page.evaluate("""
        [...document.querySelectorAll("main pre, main div.math, main .pst-scrollable-table-container")]
          .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
          .map((box) => box.textContent.slice(0, 80))
    """)
    assert clipped == []
    expect(page.locator("article h1")).to_be_visible()


@pytest.mark.parametrize("base", ["server", "file"])
def test_search_finds_convolution(open_page, built, site, base):
    start = site + "search.html" if base == "server" else (built / "search.html").as_uri()
    page = open_page(f"{start}?q=convolution")
    results = page.locator("#search-results ul.search li")
    expect(results.first).to_be_visible()
    assert any(
        "convolution" in href for href in results.locator("a").evaluate_all("all => all.map((a) => a.href)")
    )


def test_the_search_opens_by_keyboard(open_page):
    page = open_page("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("stride")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results ul.search li").first).to_be_visible()


def test_the_first_tab_stop_leads_past_the_navigation(open_page):
    page = open_page("index.html")
    page.keyboard.press("Tab")
    expect(page.locator("#pst-skip-link a")).to_be_focused()


def test_the_navigation_opens_on_a_phone(open_page, axe):
    page = open_page("how-to-use.html", width=375)
    page.locator("button.primary-toggle").click()
    expect(page.get_by_role("link", name="Notation").first).to_be_visible()
    assert axe(page) == []


def test_formulas_are_there_for_screen_readers(open_page):
    page = open_page("notation.html")
    formulas = page.locator("mjx-container")
    assert formulas.count() > 20
    assert page.locator("mjx-container mjx-assistive-mml math").count() == formulas.count()


def test_formulas_wait_for_the_demos(browser, site):
    context = browser.new_context()
    context.add_init_script("""
      new MutationObserver((_, watcher) => {
        if (!document.querySelector("mjx-container")) return;
        watcher.disconnect();
        window.demosThen = document.querySelectorAll('.course-demo-host[data-ready="true"]').length;
      }).observe(document, { childList: true, subtree: true });""")
    page = context.new_page()
    page.goto(site + "07-normalization/backward.html")
    page.wait_for_function("window.demosThen !== undefined", timeout=60_000)
    demos = page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count()
    assert demos >= 2
    assert page.evaluate("demosThen") == demos
    context.close()


@pytest.mark.parametrize(
    "host", ["", "window.courseDemos = new Promise(() => {});"], ids=["missing", "hangs"]
)
def test_formulas_do_not_need_the_demos(browser, site, host):
    context = browser.new_context()
    context.route("**/host.js*", lambda route: route.fulfill(content_type="text/javascript", body=host))
    page = context.new_page()
    page.goto(site + "07-normalization/backward.html")
    expect(page.locator("mjx-container").first).to_be_attached(timeout=60_000)
    context.close()


def test_the_switch_turns_the_page_dark_and_the_choice_holds(open_page):
    page = open_page("index.html")
    button = page.get_by_role("button", name="Color mode")
    for _ in range(3):
        button.click()
        if page.evaluate("document.documentElement.dataset.mode") == "dark":
            break
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

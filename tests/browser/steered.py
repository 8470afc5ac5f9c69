"""What the browser tests of the steered demos share."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from course_lib.widgets.base import SteeredDemo

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SETTLED = "new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))"
PATIENCE = 60_000  # milliseconds; a busy machine computes slowly
TARGETS = "select, input:not([type=radio], [type=checkbox]), button, label.cd-toggle"


def value_of(text: str) -> float:
    """Read a number as the demos write it: 1,204, −0.5, 3.1·10⁻⁷, ∞."""
    plain = text.strip().replace("−", "-").replace(",", "").replace("∞", "inf")
    return float(re.sub(r"·10([⁰-⁹¹²³⁻]+)", lambda match: "e" + match[1].translate(SUPERSCRIPTS), plain))


def slide(demo: Locator, label: str, *keys: str):
    """Move a slider by keyboard."""
    slider = demo.get_by_label(label, exact=True)
    for key in keys:
        slider.press(key)
    settle(demo)


def settle(demo: Locator):
    """Wait until what was asked of a demo is drawn: it draws once a frame, what takes longer in slices."""
    demo.page.evaluate(SETTLED)
    expect(demo).to_have_attribute("aria-busy", "false", timeout=PATIENCE)


def check_frame(
    open_demo: Callable, axe: Callable, cls: type[SteeredDemo], change: Callable[[Locator], None]
):
    """Check what every steered demo promises; `change` changes a setting of the demo it is given by keyboard."""
    demo = open_demo(cls())
    page = demo.page
    link = demo.get_by_role("link", name="Link to this set-up")
    untouched = link.get_attribute("href")
    assert untouched == f"#{cls.bundle}?"
    change(demo)
    expect(link).not_to_have_attribute("href", untouched)
    expect(demo.get_by_role("status").last).not_to_have_text("", timeout=5000)  # listeners hear what changed
    asked = link.get_attribute("href")
    _check_keyboard(demo)
    _check_targets(demo)
    demo.get_by_role("button", name="Reset").press("Enter")
    expect(link).to_have_attribute("href", untouched)
    for dark in (False, True):
        again = open_demo(cls(), address=asked, dark=dark, width=375)
        expect(again.get_by_role("link", name="Link to this set-up")).to_have_attribute("href", asked)
        again.page.wait_for_function(SETTLED)
        _check_look(again, axe)
    page.bring_to_front()
    page.emulate_media(reduced_motion="reduce")
    _check_look(demo, axe)


def _check_look(demo: Locator, axe: Callable):
    page = demo.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    findings = axe(page)
    assert findings == [], findings


def _check_keyboard(demo: Locator):
    """Everything that can be used is reached by Tab, and shows that it is."""
    page = demo.page
    wanted = demo.locator("select, input, button, a, [tabindex]").filter(visible=True)
    number = wanted.evaluate_all(
        "nodes => nodes.filter(n => !n.disabled && !(n.type === 'radio' && !n.checked)).length"
    )
    wanted.first.focus()
    for _ in range(number - 1):
        page.keyboard.press("Tab")
        focused = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(focused) != "none", page.evaluate("document.activeElement.outerHTML")
    expect(demo.get_by_role("link", name="Link to this set-up")).to_be_focused()


def _check_targets(demo: Locator):
    boxes = (
        demo.locator(TARGETS)
        .filter(visible=True)
        .evaluate_all(
            "nodes => nodes.map((node) => [node.getBoundingClientRect(), node.outerHTML])"
            ".filter(([box]) => box.width < 24 || box.height < 24).map(([, html]) => html)"
        )
    )
    assert boxes == []

"""The norm axes demo: what shares a mean, and what torch's norm layers make of it."""

import pytest
from make_normaxes_fixtures import inputs, normalized, statistics
from playwright.sync_api import expect
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import NormAxesDemo

NORMS = ("batch", "layer", "instance", "group")


@pytest.fixture
def demo(open_demo):
    return open_demo(NormAxesDemo())


def row(demo, norm: str) -> list[float]:
    """Read mean, deviation and result of the chosen value under a norm."""
    settle(demo)
    cells = demo.get_by_role("row", name=f"{norm.capitalize()} norm").get_by_role("cell").all_inner_texts()
    return [value_of(text) for text in cells[1:4]]


def grid(demo, name: str):
    return demo.get_by_role("application", name=name)


@pytest.mark.parametrize("times", ["nothing", "picture"])
def test_the_chosen_value_has_torchs_numbers_under_each_norm(demo, times):
    demo.get_by_label("Multiply by ten").select_option(times)
    slide(demo, "Example n", "Home")
    slide(demo, "Channel c", "Home")
    for norm in NORMS:
        assert row(demo, norm) == pytest.approx(statistics(1, times, norm, (0, 0, 0, 1)), rel=6e-3, abs=1e-3)


def test_a_value_is_chosen_by_mouse_and_by_keyboard(demo):
    verdict = demo.locator(".cd-verdict")
    grid(demo, "What goes in").locator("[data-index='0']").click()
    expect(verdict).to_contain_text("x[0, 0, 0, 0]")
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        demo.page.keyboard.press(key)
    expect(verdict).to_contain_text("x[1, 1, 1, 1]")
    expect(grid(demo, "What goes in")).to_be_focused()
    demo.locator("[data-bar='3 5'] path").nth(1).click()  # its top
    expect(verdict).to_contain_text("x[3, 5, 1, 1]")
    expected = statistics(1, "nothing", "batch", (3, 5, 1, 1))
    assert row(demo, "batch") == pytest.approx(expected, rel=6e-3, abs=1e-3)


def test_both_blocks_show_what_goes_in_and_what_torch_puts_out(demo):
    demo.get_by_label("Norm", exact=True).select_option("group")
    demo.get_by_label("Multiply by ten").select_option("example")
    settle(demo)
    for name, expected in (
        ("What goes in", inputs(1, "example")),
        ("What comes out", normalized(1, "example", "group")),
    ):
        texts = grid(demo, name).locator("[data-index] text").all_text_contents()
        assert [value_of(text) for text in texts] == pytest.approx(
            expected.flatten().tolist(), abs=0.51 if name == "What goes in" else 0.051
        )


@pytest.mark.parametrize(("norm", "frames"), [("batch", 4), ("layer", 6), ("instance", 1), ("group", 2)])
def test_the_tiles_that_share_a_mean_are_framed(demo, norm, frames):
    demo.get_by_label("Norm", exact=True).select_option(norm)
    expect(grid(demo, "What goes in").locator(".cd-lit")).to_have_count(frames)
    groups = demo.get_by_label("Groups (of group norm)")
    groups.select_option("1")
    expect(grid(demo, "What goes in").locator(".cd-lit")).to_have_count(6 if norm == "group" else frames)


@pytest.mark.parametrize("times", ["example", "channel", "picture"])
@pytest.mark.parametrize("norm", NORMS)
def test_what_a_multiplication_changes_is_marked_as_torch_has_it(demo, norm, times):
    demo.get_by_label("Norm", exact=True).select_option(norm)
    demo.get_by_label("Multiply by ten").select_option(times)
    change = (normalized(1, times, norm) - normalized(1, "nothing", norm)).abs() > 0.01
    expect(demo.locator("[data-changed]")).to_have_count(int(change.sum()))
    marked = demo.locator("[data-index]:has([data-changed])").evaluate_all(
        "nodes => nodes.map(n => Number(n.dataset.index))"
    )
    assert marked == change.flatten().nonzero().flatten().tolist()
    words = (
        f"{len(marked)} of {len(change.flatten())} normalized values change"
        if marked
        else "no normalized value changes"
    )
    expect(demo.locator(".cd-verdict")).to_contain_text(words)


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, NormAxesDemo, change=lambda demo: slide(demo, "Channel c", "ArrowRight"))

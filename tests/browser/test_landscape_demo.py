"""The loss landscape demo: what is drawn and read out is what was recorded."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy import ndimage
from steered import check_frame, settle, slide, value_of

from course_lib import results
from course_lib.widgets import LandscapeDemo

KINDS = ("plain", "skips")


@pytest.fixture
def demo(open_demo):
    return open_demo(LandscapeDemo())


def recorded(depth: str) -> list[dict]:
    return [results.load(f"landscape/{kind}-{depth}").extra["landscape"] for kind in KINDS]


def read(demo, name: str) -> list[str]:
    settle(demo)
    return demo.get_by_role("row", name=name).get_by_role("cell").all_inner_texts()


def near(texts: list[str], expected: list[float]):
    assert [value_of(text) for text in texts] == pytest.approx(expected, rel=6e-3)


def test_the_loss_at_the_trained_weights_is_that_recorded(demo):
    near(read(demo, "Loss at the point"), [one["square"][12][12] for one in recorded("24")])
    expect(demo.locator(".cd-verdict")).to_contain_text("At the trained weights the loss is")


def test_a_walk_by_keyboard_and_mouse_reads_the_recorded_heights(demo):
    demo.get_by_label("Convolutions", exact=True).select_option("24")
    map_ = demo.get_by_role("application", name="From above, with skips")
    map_.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowDown"):
        demo.page.keyboard.press(key)
    near(read(demo, "Loss at the point"), [one["square"][12 + 4][12 - 1] for one in recorded("24")])
    expect(map_).to_be_focused()
    box = map_.bounding_box()
    map_.click(position={"x": 0.75 * box["width"], "y": 0.25 * box["height"]})
    near(read(demo, "Loss at the point"), [one["square"][18][18] for one in recorded("24")])
    slide(demo, "Step a along d₁", "End")
    slide(demo, "Step b along d₂", "Home")
    near(read(demo, "Loss at the point"), [one["square"][24][0] for one in recorded("24")])


@pytest.mark.parametrize("depth", ["6", "24", "48"])
def test_the_numbers_of_the_table_are_those_of_the_record(demo, depth):
    demo.get_by_label("Convolutions", exact=True).select_option(depth)
    squares = [np.array(one["square"]) for one in recorded(depth)]
    near(
        [text.rstrip("%") for text in read(demo, "Share of the square")],
        [100 * (one < 1).mean() for one in squares],
    )
    around = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=bool)
    inside = [one < ndimage.minimum_filter(one, footprint=around) for one in squares]
    assert [int(text) for text in read(demo, "Dips")] == [int(one[1:-1, 1:-1].sum()) for one in inside]
    ends = [value_of(part) for text in read(demo, "Lowest and highest") for part in text.split(" to ")]
    assert ends == pytest.approx([end for one in squares for end in (one.min(), one.max())], rel=6e-3)
    accuracy = [results.load(f"landscape/{kind}-{depth}").metrics["accuracy"].mean for kind in KINDS]
    shown = [value_of(text.split(",")[1].rstrip("%")) for text in read(demo, "Accuracy")]
    assert shown == pytest.approx([100 * one for one in accuracy], rel=6e-3)


def heights(demo, title: str) -> list[list[float]]:
    """The pixels of the lines of a plot, from left to right."""
    lines = (
        demo.locator("figure", has_text=title)
        .locator("path.cd-line")
        .evaluate_all("nodes => nodes.map(n => n.getAttribute('d'))")
    )
    return [[float(y) for y in re.findall(r"[ML][-\d.]+ ([-\d.]+)", line)] for line in lines]


@pytest.mark.parametrize(
    ("title", "of"),
    [
        ("Cut along d₁", lambda one: [row[12] for row in one["square"]]),
        ("From the first weights", lambda one: one["line"]),
    ],
)
def test_the_lines_are_drawn_through_the_recorded_losses(demo, title, of):
    """Pixels are a linear function of the logarithm of the loss, the same for both lines."""
    demo.get_by_label("Height is the logarithm").check()
    settle(demo)
    pixels = np.concatenate(heights(demo, title))
    logs = np.log10(np.concatenate([of(one) for one in recorded("24")]))
    slope, offset = np.polyfit(logs, pixels, 1)
    assert slope < 0
    np.testing.assert_allclose(pixels, slope * logs + offset, atol=0.11)


def test_both_surfaces_turn_together_and_are_redrawn_for_another_height(demo):
    views = demo.get_by_role("img", name=re.compile("turned by 30 degrees"))
    expect(views).to_have_count(2)
    before = views.evaluate_all("nodes => nodes.map(node => node.toDataURL())")
    slide(demo, "Turn", "ArrowRight")
    turned = demo.get_by_role("img", name=re.compile("turned by 35 degrees"))
    expect(turned).to_have_count(2)
    after = turned.evaluate_all("nodes => nodes.map(node => node.toDataURL())")
    assert all(one != other for one, other in zip(before, after, strict=True))
    demo.get_by_label("Height is the logarithm").check()
    settle(demo)
    logarithms = turned.evaluate_all("nodes => nodes.map(node => node.toDataURL())")
    assert all(one != other for one, other in zip(after, logarithms, strict=True))


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(
        open_demo, axe, LandscapeDemo, change=lambda demo: slide(demo, "Step a along d₁", "ArrowRight")
    )

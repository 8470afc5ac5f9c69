"""The clipping demo: what a reader drags is clipped as torch clips it, and descends as torch does."""

import re

import pytest
from make_clipping_fixtures import clip, descend
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import ClippingDemo


@pytest.fixture
def demo(open_demo):
    return open_demo(ClippingDemo())


def row(demo, name: str) -> list[str]:
    settle(demo)
    return demo.get_by_role("row", name=re.compile(f"^{name}")).get_by_role("cell").all_inner_texts()


def vector(text: str) -> list[float]:
    return [value_of(part) for part in text.strip("()").split(", ")]


def test_the_worked_gradient_is_clipped_both_ways(demo):
    assert row(demo, "by value") == ["(0.9, 1)", "1.345362", "41.5°"]
    assert row(demo, "by norm") == ["(0.008999636, 0.9999595)", "1", "0°"]


def test_a_gradient_moved_by_keyboard_or_pointer_is_clipped_as_torch_does(demo):
    plane = demo.get_by_role("application", name="The gradient, clipped")
    box = plane.bounding_box()
    plane.click(position={"x": 0.9 * box["width"], "y": 0.3 * box["height"]})
    plane.press("ArrowRight")
    plane.press("Shift+ArrowUp")
    gradient = vector(row(demo, "not clipped")[0])
    assert gradient[0] > 1.7
    assert gradient[1] > 1
    expected = clip(gradient, 1.0)
    assert vector(row(demo, "by value")[0]) == pytest.approx(expected["value"])
    assert vector(row(demo, "by norm")[0]) == pytest.approx(expected["norm"], abs=3e-6)
    slide(demo, "Threshold c", "End")
    assert row(demo, "by norm")[0] == row(demo, "not clipped")[0]


def test_steps_at_the_cliff_are_those_of_torch(demo):
    for _ in range(3):
        demo.get_by_role("button", name="Step: one step on").press("Enter")
    text = demo.get_by_text(re.compile("^After 3 steps")).inner_text()
    for way, name in (("none", "not clipped"), ("value", "by value"), ("norm", "by norm")):
        shown = re.search(rf"{name}: loss (\S+) at \(([^)]*)\)", text)
        last = descend(way, [4.5, -2.11], 0.5, 1.0, 3)["path"][-1]
        assert value_of(shown[1]) == pytest.approx(last["loss"], rel=6e-3), way
        assert vector(shown[2]) == pytest.approx(last["at"], rel=6e-3), way


def test_without_clipping_the_descent_is_flung_off_the_map(demo):
    slide(demo, "Step", "End")
    text = demo.get_by_text(re.compile("^After 60 steps")).inner_text()
    assert re.search("not clipped: loss [^;]*, off the map;", text)
    assert not re.search("by norm: [^;]*off the map", text)


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, ClippingDemo, change=lambda demo: slide(demo, "Step", "PageUp"))

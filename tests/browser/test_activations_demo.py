"""The activation functions demo: values, slopes and what many layers leave of a gradient, as torch has them."""

import re

import pytest
import torch
from make_propagation_fixtures import FUNCTIONS, chain
from playwright.sync_api import expect
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import ActivationsDemo
from course_lib.widgets.activations import FUNCTIONS as NAMES


@pytest.fixture
def demo(open_demo):
    return open_demo(ActivationsDemo())


def shown(demo, title: str) -> list[str]:
    settle(demo)
    return demo.get_by_role("row", name=re.compile(f"^{title}")).get_by_role("cell").all_inner_texts()


def test_all_functions_have_the_numbers_of_torch(open_demo):
    demo = open_demo(ActivationsDemo(shown=list(NAMES), x=-1.7, depth=6, weight=1.25))
    rows = demo.get_by_role("row")
    expect(rows).to_have_count(1 + len(NAMES))
    for row, name in zip(rows.all()[1:], NAMES, strict=True):
        x = torch.tensor(-1.7, dtype=torch.float64, requires_grad=True)
        value = FUNCTIONS[name](x)
        (slope,) = torch.autograd.grad(value, x)
        left = chain(FUNCTIONS[name], -1.7, 1.25, 6)["gradients"][-1]
        texts = [text.replace(", saturated", "") for text in row.get_by_role("cell").all_inner_texts()]
        numbers = [value_of(text) for text in texts]
        assert numbers == pytest.approx([value.item(), slope.item(), left], rel=6e-3, abs=1e-9), name


def test_moving_the_input_and_the_depth_by_keyboard_changes_the_numbers(demo):
    assert shown(demo, "sigmoid")[0] == "0.731"
    slide(demo, "Input x", "End")
    expect(demo.get_by_role("row", name=re.compile("^sigmoid"))).to_contain_text("saturated")
    slide(demo, "Input x", "Home", "PageUp")
    slide(demo, "Layers in a row", "Home")
    expect(demo.get_by_role("columnheader", name="gradient after 1 layer")).to_be_visible()
    for text in shown(demo, "tanh")[1:]:
        assert value_of(text.replace(", saturated", "")) < 0.01


def test_a_function_is_added_and_its_saturation_shaded(demo):
    demo.get_by_label("GELU", exact=True).press("Space")
    expect(demo.get_by_role("row", name=re.compile("^GELU"))).to_be_visible()
    expect(demo).to_contain_text(
        "of sigmoid is below 0.05, so that it passes next to no gradient on: x < −2.9 and x > 2.9"
    )
    demo.get_by_label("Shade where it saturates").select_option("relu")
    expect(demo).to_contain_text("of ReLU is below 0.05, so that it passes next to no gradient on: x < 0.")
    bands = demo.get_by_role("img", name=re.compile("^The function")).locator(".cd-band")
    expect(bands).to_have_count(1)


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, ActivationsDemo, change=lambda demo: slide(demo, "Layers in a row", "PageUp"))

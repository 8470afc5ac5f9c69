"""The gradient flow demo: the spread of signal and gradient that torch finds for the same random numbers."""

import re

import pytest
from make_propagation_fixtures import flow
from playwright.sync_api import expect
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import GradientFlowDemo

LAST = re.compile(r"From (\S+) at the input to (\S+) at the top")


@pytest.fixture
def demo(open_demo):
    return open_demo(GradientFlowDemo())


def ends(demo, way: str) -> list[float]:
    """The spread at the input and at the top, as the plot says it."""
    settle(demo)
    label = demo.get_by_role("img", name=re.compile(f"^{way}: ")).get_attribute("aria-label")
    return [value_of(text.rstrip(".")) for text in LAST.search(label).groups()]


def expected(**changes) -> dict:
    setup = {"depth": 20, "width": 64, "activation": "tanh", "init": "glorot", "seed": 1, "skip": False}
    return flow(**{**setup, **changes})


def agrees(demo, found: dict):
    for way, values in (("Forward", found["outputs"]), ("Backward", found["gradients"])):
        assert ends(demo, way) == pytest.approx([values[0], values[-1]], rel=6e-3), way


def test_every_setting_leads_to_what_torch_computes(demo):
    agrees(demo, expected())
    demo.get_by_label("Activation").select_option("relu")
    demo.get_by_label("Initializer").select_option("torch_default")
    agrees(demo, expected(activation="relu", init="torch_default"))
    expect(demo.locator(".cd-verdict")).to_contain_text("The signal vanishes")
    slide(demo, "Layers", "Home")
    slide(demo, "Units a layer", "Home", "ArrowRight")
    demo.get_by_label("Skip connections").press("Space")
    slide(demo, "Random numbers", "ArrowRight")
    expect(demo.get_by_label("Random numbers")).to_have_value("2")
    agrees(demo, expected(activation="relu", init="torch_default", depth=2, width=16, skip=True, seed=2))


def test_sigmoid_kills_the_gradient_and_the_verdict_gives_the_factor(demo):
    demo.get_by_label("Activation").select_option("sigmoid")
    found = expected(activation="sigmoid")
    total = found["gradients"][0] / found["gradients"][-1]
    expect(demo.locator(".cd-verdict")).to_contain_text("The gradient vanishes")
    text = demo.locator(".cd-verdict").inner_text().split("gradient vanishes: times ")[1]
    factor, all_ = re.match(r"(\S+) a layer, (\S+) in all", text).groups()
    assert value_of(all_) == pytest.approx(total, rel=6e-3)
    assert value_of(factor) == pytest.approx(total ** (1 / 20), rel=6e-3)


def test_curves_are_kept_to_compare_and_forgotten(demo):
    demo.get_by_role("button", name="Keep these curves").press("Enter")
    demo.get_by_label("Initializer").select_option("he")
    expect(demo.get_by_text("kept: tanh, Glorot (Xavier)").first).to_be_visible()
    demo.get_by_role("button", name="Forget them").press("Enter")
    expect(demo.get_by_text("kept: tanh, Glorot (Xavier)")).to_have_count(0)


def test_a_layer_can_be_looked_into(demo):
    slide(demo, "Layer to look into", "Home")
    expect(demo.get_by_role("img", name=re.compile("^Values after the layer. Layer 0: "))).to_be_visible()
    slide(demo, "Layer to look into", "End")
    expect(demo.get_by_role("img", name=re.compile("^Gradients there. Layer 20: "))).to_be_visible()
    slide(demo, "Layers", "Home")
    expect(demo.get_by_label("Layer to look into")).to_have_value("2")


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, GradientFlowDemo, change=lambda demo: slide(demo, "Layers", "PageUp"))

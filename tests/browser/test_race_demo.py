"""The optimizer race: the heights that a reader sees are those that torch.optim reaches."""

import re

import pytest
from make_surface_fixtures import SURFACES, walk
from page_random import PageRandom
from playwright.sync_api import expect
from steered import check_frame, slide, value_of

from course_lib.widgets import OptimizerRace

NAMES = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "newton": "Newton",
}


@pytest.fixture
def demo(open_demo):
    return open_demo(OptimizerRace())


def height(demo, name: str):
    return demo.get_by_role("row", name=re.compile(f"^{name}")).get_by_role("cell").last


def reached(kind: str, surface: str, start: tuple[float, float], rate: float, noise) -> float:
    return float(SURFACES[surface](*walk(kind, surface, list(start), rate, noise)[-1]))


@pytest.mark.parametrize("sigma", [0.0, 0.5])
def test_all_racers_reach_the_heights_of_torch(open_demo, sigma):
    race = OptimizerRace(surface="beale", x=1.0, y=1.5, racers=list(NAMES), noise=sigma, seed=7, step=20)
    rates = {kind: getattr(race, f"rate_{kind}") / 10 for kind in NAMES}
    for kind, rate in rates.items():
        setattr(race, f"rate_{kind}", rate)
    demo = open_demo(race)
    noise = sigma * PageRandom(7).normal(200, 2)[:20]
    for kind, name in NAMES.items():
        shown = height(demo, name).inner_text()
        expected = reached(kind, "beale", (1.0, 1.5), rates[kind], noise)
        if "off" not in shown:
            assert value_of(shown) == pytest.approx(expected, rel=6e-3), name
    assert sum("off" in height(demo, name).inner_text() for name in NAMES.values()) <= 2


def test_a_step_and_a_learning_rate_are_set_by_keyboard(demo):
    step = demo.get_by_role("button", name="Step: one step on")
    expect(height(demo, "SGD")).to_have_text("1.06")
    step.press("Enter")
    step.press("Enter")
    noise = PageRandom(1).normal(2, 2) * 0
    expected = reached("sgd", "ravine", (-1.8, 0.6), 0.03, noise)
    expect(height(demo, "SGD")).to_have_text(f"{expected:.3g}")
    slide(demo, "Learning rate of SGD", "ArrowRight")
    rate = value_of(demo.get_by_role("row", name=re.compile("^SGD")).locator("output").inner_text())
    assert rate > 0.03
    expect(height(demo, "SGD")).to_have_text(f"{reached('sgd', 'ravine', (-1.8, 0.6), rate, noise):.3g}")
    expect(height(demo, "Newton")).to_have_text("0")


def test_play_runs_and_pauses_and_restart_goes_back(demo):
    demo.get_by_role("button", name="Play").click()
    expect(demo.get_by_role("button", name="Pause")).to_be_visible()
    expect(demo.get_by_label("Step", exact=True)).not_to_have_value("0")
    demo.get_by_role("button", name="Pause").click()
    expect(demo.get_by_role("button", name="Play")).to_be_visible()
    demo.get_by_role("button", name="Restart").click()
    expect(demo.get_by_label("Step", exact=True)).to_have_value("0")
    expect(demo.get_by_role("button", name="Restart")).to_be_disabled()


def test_on_the_ridge_nobody_leaves_without_noise(demo):
    for _ in range(2):
        demo.get_by_role("button", name="Another").click()
    demo.get_by_role("button", name="Set it up").click()
    slide(demo, "Step", "End")
    for name in NAMES.values():
        expect(height(demo, name)).not_to_contain_text("off the map")
    slide(demo, "Noise on the gradient", "ArrowRight")
    expect(height(demo, "SGD")).to_contain_text("off the map after step")
    expect(demo.get_by_label("Draw of the noise")).to_be_visible()


def test_a_press_on_the_map_sets_the_start_and_a_tick_adds_a_racer(demo):
    canvas = demo.locator(".cd-map")
    box = canvas.bounding_box()
    canvas.click(position={"x": 0.75 * box["width"], "y": 0.25 * box["height"]})
    expect(height(demo, "SGD")).to_have_text(re.compile(r"^2\.(4|5)\d*$"))  # 0.05 + 2.5
    expect(height(demo, "RMSProp")).to_have_text("")
    demo.get_by_label("RMSProp", exact=True).press("Space")
    expect(height(demo, "RMSProp")).not_to_have_text("")


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, OptimizerRace, change=lambda demo: slide(demo, "Step", "PageUp"))

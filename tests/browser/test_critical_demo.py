"""The critical points demo: a reader walks, and gets the numbers that autodiff gives."""

import re

import pytest
import torch
from playwright.sync_api import expect
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import CriticalPointsDemo

VERDICT = ".cd-verdict"


@pytest.fixture
def demo(open_demo):
    return open_demo(CriticalPointsDemo())


def verdict(demo):
    return demo.locator(VERDICT)


def cell(demo, name: str):
    settle(demo)
    return demo.get_by_role("row", name=name).get_by_role("cell")


def saddle(p):
    return p[0] ** 2 - p[1] ** 2


def test_a_walk_down_the_saddle_follows_minus_the_gradient(demo):
    point = torch.tensor([-1.5, 0.1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([point], lr=0.1)
    for _ in range(5):
        demo.get_by_role("button", name="Downhill step").click()
        optimizer.zero_grad()
        saddle(point).backward()
        optimizer.step()
    gradient = 2 * point * torch.tensor([1, -1])
    shown = [value_of(text) for text in cell(demo, "Gradient").inner_text().strip("()").split(",")]
    assert shown == pytest.approx(gradient.tolist(), rel=5e-3)
    assert value_of(cell(demo, "Formula").inner_text().split("=")[1]) == pytest.approx(
        saddle(point).item(), rel=5e-3
    )


def test_a_newton_step_jumps_onto_the_saddle_and_the_verdict_says_so(demo):
    expect(verdict(demo)).to_contain_text("A slope, not a critical point.")
    demo.get_by_role("button", name="Newton step").click()
    expect(verdict(demo)).to_contain_text(
        "A saddle point. ∇f = 0 and one eigenvalue is negative and one positive"
    )
    expect(cell(demo, "λ₁")).to_contain_text("−2 along")
    expect(cell(demo, "λ₂")).to_contain_text("2 along")


def test_the_map_is_walked_by_keyboard_and_clicked(demo):
    map_ = demo.get_by_role("application", name="From above")
    map_.focus()
    for _ in range(3):
        demo.page.keyboard.press("Shift+ArrowRight")
    demo.page.keyboard.press("ArrowDown")
    demo.page.keyboard.press("ArrowDown")
    expect(verdict(demo)).to_contain_text("A saddle point.")
    expect(map_).to_be_focused()
    box = map_.bounding_box()
    map_.click(position={"x": 0.75 * box["width"], "y": 0.5 * box["height"]})
    expect(cell(demo, "Gradient")).to_have_text(re.compile(r"\((2|1\.99|2\.01), "))


def test_a_slider_moves_the_point_and_a_surface_brings_its_start(demo):
    slide(demo, "x₁", "Home")
    expect(cell(demo, "Gradient")).to_have_text("(−4, −0.2)")
    demo.get_by_label("Surface", exact=True).select_option("rosenbrock")
    demo.get_by_role("button", name="To the nearest critical point").click()
    expect(verdict(demo)).to_contain_text("A minimum.")
    hessian = torch.tensor([[802.0, -400.0], [-400.0, 200.0]], dtype=torch.float64)
    small, large = torch.linalg.eigvalsh(hessian).tolist()
    assert value_of(cell(demo, "λ₁").inner_text().split()[0]) == pytest.approx(small, rel=5e-3)
    assert value_of(cell(demo, "λ₂").inner_text().split()[0]) == pytest.approx(large, rel=5e-3)


def test_where_the_hessian_decides_nothing_that_is_said(demo):
    demo.get_by_label("Surface", exact=True).select_option("trough")
    demo.get_by_role("button", name="To the nearest critical point").click()
    expect(verdict(demo)).to_contain_text("The Hessian does not decide.")
    expect(verdict(demo)).to_contain_text("a minimum, though the Hessian is only semidefinite")
    expect(demo.get_by_role("button", name="Newton step")).to_be_disabled()


def test_the_surface_can_be_turned_by_keyboard(demo):
    view = demo.get_by_role("img", name=re.compile("turned by 30 degrees"))
    expect(view).to_be_visible()
    before = view.evaluate("canvas => canvas.toDataURL()")
    slide(demo, "Turn", "ArrowRight")
    turned = demo.get_by_role("img", name=re.compile("turned by 35 degrees"))
    expect(turned).to_be_visible()
    assert turned.evaluate("canvas => canvas.toDataURL()") != before


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, CriticalPointsDemo, change=lambda demo: slide(demo, "x₂", "ArrowRight"))

"""The batch norm demo: running statistics, both modes and both passes as torch.nn.BatchNorm1d has them."""

import re

import pytest
import torch
from make_batchnorm_fixtures import passes, sample, track
from playwright.sync_api import expect
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import BatchNormDemo

SETUP = {
    "mean": 3.0,
    "deviation": 2.0,
    "drift": 0.0,
    "batch": 16,
    "momentum": 0.1,
    "gamma": 1.0,
    "beta": 0.0,
    "seed": 1,
}
NUMBERS = re.compile(
    r"Out: mean (\S+), deviation (\S+)\. Running statistics after (\d+) batch(?:es)?: mean (\S+), variance (\S+)\.$"
)


@pytest.fixture
def demo(open_demo):
    return open_demo(BatchNormDemo())


def shown(demo) -> list[float]:
    settle(demo)
    return [value_of(text) for text in NUMBERS.search(demo.locator(".cd-verdict").inner_text()).groups()]


def expected(mode: str, seen: int, **changes) -> list[float]:
    setup = {**SETUP, **changes}
    out = torch.tensor(sample(setup, mode, seen), dtype=torch.float64)
    return [out.mean().item(), out.std(correction=0).item(), seen, *track(setup, seen)[-1]]


def test_train_and_eval_give_what_torch_gives(demo):
    assert shown(demo) == pytest.approx(expected("train", 10), rel=6e-3, abs=1e-9)
    demo.get_by_label("Mode").select_option("eval")
    assert shown(demo) == pytest.approx(expected("eval", 10), rel=6e-3)


def test_settings_changed_by_keyboard_change_the_statistics_as_in_torch(demo):
    demo.get_by_label("Mode").select_option("eval")
    slide(demo, "Batch size", "Home")
    slide(demo, "Drift of the mean a batch", "End")
    slide(demo, "Momentum (PyTorch's)", "End")
    slide(demo, "Scale γ", "Home")
    slide(demo, "Shift β", "End")
    slide(demo, "Batch", "End")
    changes = {"batch": 2, "drift": 0.2, "momentum": 1.0, "gamma": -3.0, "beta": 3.0}
    assert shown(demo) == pytest.approx(expected("eval", 100, **changes), rel=6e-3)


def test_one_more_batch_moves_the_running_statistics(demo):
    demo.get_by_role("button", name="Step: one batch on").press("Enter")
    assert shown(demo)[2:] == pytest.approx([11, *track(SETUP, 11)[-1]], rel=6e-3)
    demo.get_by_role("group", name="Batch by batch").get_by_role("button", name="Restart").click()
    assert shown(demo)[2:] == [0, 0, 1]


def test_both_passes_are_walked_line_by_line(demo):
    rows = demo.locator("[data-pass]")
    expect(rows).to_have_count(5)
    step = demo.get_by_role("button", name="Step: one line on")
    for _ in range(6):
        step.press("Enter")
    expect(rows).to_have_count(11)
    expect(step).to_be_disabled()
    last = rows.last.get_by_role("cell").last.inner_text().strip("()").split(", ")
    found = passes([0.6, 2.4, 3.8, 6.0], [1.0, -0.5, 0.25, 0.5], 1.0, 0.0)["dx"]
    assert [value_of(text) for text in last] == pytest.approx(found, rel=6e-3)


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, BatchNormDemo, change=lambda demo: slide(demo, "Batch", "PageUp"))

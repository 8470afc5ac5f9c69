"""The initialization demo: mean squares through 50 layers and losses of training, as torch computes them."""

import re

import pytest
from make_propagation_fixtures import flow, train
from playwright.sync_api import expect
from steered import check_frame, settle, slide, value_of

from course_lib.widgets import InitializationDemo

PATIENCE = 60_000  # milliseconds; a busy machine trains slowly


@pytest.fixture
def demo(open_demo):
    return open_demo(InitializationDemo())


def row(demo, name: str) -> list[str]:
    settle(demo)
    expect(demo.get_by_text("Training …")).to_have_count(0, timeout=PATIENCE)
    return (
        demo.get_by_role("row", name=re.compile(f"^{re.escape(name)}")).get_by_role("cell").all_inner_texts()
    )


def ends(demo, way: str, name: str) -> tuple[float, float]:
    label = demo.get_by_role("img", name=re.compile(f"^{way}: ")).get_attribute("aria-label")
    first, last = re.search(rf"{re.escape(name)} from (\S+) to ([^\s,]+?)[,.]?(?=\s|$)", label).groups()
    return value_of(first), value_of(last)


def test_fifty_layers_have_the_mean_squares_of_torch(demo):
    for name, init in (("He (Kaiming)", "he"), ("Glorot (Xavier)", "glorot")):
        found = flow(50, 48, "relu", init, seed=1, skip=False, batch=8)
        for way, key in (("Forward", "outputs"), ("Backward", "gradients")):
            squares = [value**2 for value in found[key]]
            assert ends(demo, way, name) == pytest.approx((squares[0], squares[-1]), rel=6e-3)


def test_training_reaches_the_loss_of_torch(demo):
    slide(demo, "Step", "PageUp")
    steps = int(demo.get_by_label("Step", exact=True).input_value())
    assert steps > 0
    for name, init in (
        ("He (Kaiming)", "he"),
        ("Glorot (Xavier)", "glorot"),
        ("PyTorch's default", "torch_default"),
    ):
        expected = train(init, "relu", 6, 0.03, 1, steps)
        _, _, loss, right = row(demo, name)
        assert value_of(loss) == pytest.approx(expected["losses"][-1], rel=6e-3)
        assert right == f"{round(100 * expected['accuracy'])}%"


def test_settings_chosen_by_keyboard_start_another_training(demo):
    demo.get_by_label("all zero").press("Space")
    demo.get_by_label("Activation").select_option("tanh")
    slide(demo, "Hidden layers", "Home", "ArrowRight", "ArrowRight")
    slide(demo, "Step", "PageUp")
    steps = int(demo.get_by_label("Step", exact=True).input_value())
    assert row(demo, "all zero")[2:] == ["0.693", "50%"]
    expected = train("glorot", "tanh", 3, 0.03, 1, steps)["losses"][-1]
    assert value_of(row(demo, "Glorot")[2]) == pytest.approx(expected, rel=6e-3)


def test_relu_halves_glorots_signal_in_each_layer(demo):
    signal, gradient, *_ = row(demo, "Glorot")
    assert value_of(signal) == pytest.approx(0.5, abs=0.05)
    assert value_of(gradient) == pytest.approx(0.5, abs=0.05)


def test_the_frame_around_the_demo_does_what_it_says(open_demo, axe):
    check_frame(open_demo, axe, InitializationDemo, change=lambda demo: slide(demo, "Step", "ArrowRight"))

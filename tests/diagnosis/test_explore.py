"""Signal and gradient in a network of the reader's own: what a control does, and what is drawn."""

import pytest
import torch
from torch import nn

from course_lib.diagnosis import explore, explore_flow, layer_statistics

WIDTH = 16


def make_model(depth=3, gain=1.0):
    layers = []
    for _ in range(depth):
        layer = nn.Linear(WIDTH, WIDTH, bias=False)
        nn.init.normal_(layer.weight, std=gain / WIDTH**0.5)
        layers += [layer, nn.Tanh()]
    return nn.Sequential(*layers)


@pytest.fixture
def batch():
    torch.manual_seed(1)
    return torch.randn(32, WIDTH), torch.randint(WIDTH, (32,))


@pytest.fixture
def shown(monkeypatch):
    """The pictures that were displayed."""
    found = []
    monkeypatch.setattr("IPython.display.display", found.append)
    return found


def test_moving_a_control_draws_the_network_that_it_asks_for(batch, shown):
    panel = explore_flow(make_model, *batch, depth=(2, 9), gain=[0.5, 1.0])
    depth, gain, *_ = panel.children
    assert (depth.min, depth.max, gain.options) == (2, 9, (0.5, 1.0))
    panel.update()
    depth.value = 8
    gain.value = 0.5
    assert "8 layers with weights (depth 8, gain 0.5)" in shown[-1].alt
    shown.clear()
    gain.value = 1.0
    assert "(depth 8, gain 1.0)" in shown[-1].alt


def test_what_is_said_are_the_statistics_of_a_model_from_this_seed(batch):
    picture = explore.flow_picture(explore.rows_of(make_model, *batch, 7, {"depth": 4}), {"depth": 4})
    torch.manual_seed(7)
    rows = [row for row in layer_statistics(make_model(4), *batch) if row.kind == "Linear"]
    assert f"from {rows[0].activation_std:.1e} to {rows[-1].activation_std:.1e}" in picture.alt
    assert f"{rows[-1].gradient_std:.1e} at the last layer to {rows[0].gradient_std:.1e}" in picture.alt


def test_the_random_state_of_the_notebook_stays(batch):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    explore.rows_of(make_model, *batch, 0, {})
    assert torch.equal(torch.rand(2), expected)


def test_a_layer_that_no_gradient_reaches_is_drawn_at_the_bottom(batch):
    class Cut(nn.Module):
        def forward(self, x):
            return x.detach()

    rows = explore.rows_of(
        lambda: nn.Sequential(nn.Linear(WIDTH, WIDTH), Cut(), nn.Linear(WIDTH, WIDTH)), *batch, 0, {}
    )
    assert rows[0].gradient_std is None
    assert "to 1.0e-30 at the first" in explore.flow_picture(rows, {}).alt


def test_a_function_among_the_choices_is_called_by_its_name(batch, shown):
    rules = [("He", nn.init.kaiming_normal_), ("Xavier", nn.init.xavier_normal_)]

    def with_rule(rule):
        model = make_model()
        rule(model[0].weight)
        return model

    panel = explore_flow(with_rule, *batch, rule=rules)
    panel.children[0].label = "Xavier"
    assert "(rule xavier_normal_)" in shown[-1].alt


def test_without_a_choice_there_is_nothing_to_explore(batch):
    with pytest.raises(ValueError, match="at least one choice"):
        explore_flow(make_model, *batch)


def test_one_layer_is_too_few(batch):
    with pytest.raises(ValueError, match="at least two layers with weights, got 1"):
        explore.flow_picture(explore.rows_of(make_model, *batch, 0, {"depth": 1}), {"depth": 1})

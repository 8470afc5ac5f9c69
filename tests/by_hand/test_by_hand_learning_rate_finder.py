"""The sweep: exact on quadratics, whose largest stable rate is known, and without a trace in model and optimizer."""

import dataclasses
import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from course_lib.by_hand import Adam, find_learning_rate
from course_lib.by_hand.learning_rate_finder import smooth, suggest


class Quadratic(nn.Module):
    """J(θ) = ½ Σ L_i θ_i² with curvatures L_i: gradient descent shrinks θ_i by 1 − ηL_i, and is stable for η < 2/L."""

    def __init__(self, *curvatures):
        super().__init__()
        self.curvatures = torch.tensor(curvatures, dtype=torch.float64)
        self.theta = nn.Parameter(torch.ones(len(curvatures), dtype=torch.float64))

    def forward(self, inputs):
        return (self.curvatures * self.theta**2).sum() / 2


class Sum(nn.Sequential):
    def forward(self, inputs):
        return sum(part(inputs) for part in self)


def itself(outputs, targets):
    return outputs


NOTHING = [(torch.zeros(1), torch.zeros(1))]


def make_network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3))


@pytest.fixture
def batches(draw):
    inputs = draw(120, 6).float()
    labels = inputs[:, :3].argmax(1)
    return list(zip(inputs.split(30), labels.split(30), strict=True))


def sweep_network(model, batches, **options):
    options = {"smallest": 1e-4, "largest": 1.0, "steps": 40} | options
    return find_learning_rate(model, nn.functional.cross_entropy, batches, **options)


def test_rates_are_evenly_spaced_on_a_logarithmic_axis(batches):
    rates = sweep_network(make_network(), batches).rates
    assert rates[0] == 1e-4
    assert rates[-1] == pytest.approx(1.0)
    assert [after / before for before, after in pairwise(rates)] == pytest.approx([1e4 ** (1 / 39)] * 39)


def test_losses_on_a_quadratic_are_those_of_gradient_descent():
    sweep = find_learning_rate(Quadratic(4.0, 0.5), itself, NOTHING, 1e-3, 10.0, steps=80)
    theta, curvatures = torch.ones(2, dtype=torch.float64), torch.tensor([4.0, 0.5], dtype=torch.float64)
    expected = []
    for rate in sweep.rates:
        expected.append((curvatures * theta**2).sum().item() / 2)
        theta = theta * (1 - rate * curvatures)
    assert sweep.losses == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("curvature", [0.1, 4.0, 50.0])
def test_on_a_parabola_the_loss_falls_below_the_stable_rate_and_rises_above_it(curvature):
    sweep = find_learning_rate(Quadratic(curvature), itself, NOTHING, 1e-4, 1e3, steps=300)
    stable = 2 / curvature
    for rate, (before, after) in zip(sweep.rates[:-1], pairwise(sweep.losses), strict=True):
        assert (after < before) == (rate < stable), (rate, stable)
    assert sweep.rates[0] < sweep.suggestion < stable < sweep.rates[-1]


def test_with_many_curvatures_the_largest_one_sets_the_stable_rate():
    sweep = find_learning_rate(Quadratic(0.1, 1.0, 8.0), itself, NOTHING, 1e-4, 1e3, steps=200)
    for rate, (before, after) in zip(sweep.rates[:-1], pairwise(sweep.losses), strict=True):
        assert rate >= 2 / 8 or after < before
    assert sweep.suggestion < 2 / 8 < sweep.rates[-1]


def test_the_sweep_stops_when_the_loss_explodes():
    sweep = find_learning_rate(Quadratic(4.0), itself, NOTHING, 1e-2, 1e6, steps=100)
    assert len(sweep.rates) == len(sweep.losses) < 100
    assert sweep.losses[-1] > 4 * sweep.losses[0] >= max(sweep.losses[:-1])


def test_the_sweep_stops_when_the_loss_is_no_number():
    model, calls = Quadratic(1.0), iter(range(1000))

    def loss(outputs, targets):
        return outputs * (float("nan") if next(calls) == 10 else 1.0)

    sweep = find_learning_rate(model, loss, NOTHING, 1e-3, 1.0, steps=50)
    assert len(sweep.losses) == 11
    assert math.isnan(sweep.losses[-1])
    assert sweep.suggestion in sweep.rates[:10]


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize(
    "make_optimizer",
    [
        lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
        lambda parameters: torch.optim.AdamW(parameters, lr=0.01),
    ],
    ids=["sgd", "adamw"],
)
def test_training_goes_on_after_it_as_if_it_had_not_been(batches, make_optimizer, mode):
    """Weights, running statistics, gradients, modes, optimizer and random numbers are bit for bit the same."""
    ends = []
    for swept in (False, True):
        model = make_network()
        optimizer = make_optimizer(model.parameters())
        torch.manual_seed(1)
        for stage in range(2):
            for inputs, labels in batches:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(inputs), labels).backward()
                optimizer.step()
            if stage == 0:
                model.train(mode)
                model[1].eval()  # as someone would who freezes batch norm
                if swept:
                    assert sweep_network(model, batches, optimizer=optimizer).losses[0] > 0
        ends.append(
            [
                *model.state_dict().values(),
                *(parameter.grad for parameter in model.parameters()),
                *(
                    torch.as_tensor(x)
                    for state in optimizer.state.values()
                    for x in state.values()
                    if x is not None
                ),
                torch.tensor([module.training for module in model]),
                torch.tensor([group["lr"] for group in optimizer.param_groups]),
                torch.get_rng_state(),
            ]
        )
    assert all(map(torch.equal, *ends))


def test_an_error_in_the_middle_leaves_the_model_alone(batches):
    model, calls = make_network(), iter(range(1000))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    def loss(outputs, targets):
        if next(calls) == 5:
            raise RuntimeError("killed")
        return nn.functional.cross_entropy(outputs, targets)

    with pytest.raises(RuntimeError, match="killed"):
        find_learning_rate(model, loss, batches)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_a_model_in_evaluation_mode_is_swept_in_training_mode(batches):
    sweeps = []
    for mode in (True, False):
        torch.manual_seed(7)
        sweeps.append(sweep_network(make_network().train(mode), batches))
    assert sweeps[0] == sweeps[1]


def test_the_optimizer_given_is_the_one_that_steps_from_the_state_it_is_in():
    model = Quadratic(4.0, 0.5)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    rule = Adam(lr=0.01)
    theta, state = model.theta.detach().clone(), rule.start(model.theta.detach())
    for _ in range(3):  # before the sweep
        optimizer.zero_grad()
        model(None).backward()
        optimizer.step()
        theta, state = rule.update(theta, model.curvatures * theta, state)
    sweep = find_learning_rate(model, itself, NOTHING, 1e-3, 1.0, steps=30, optimizer=optimizer)
    expected = []
    for rate in sweep.rates:
        expected.append((model.curvatures * theta**2).sum().item() / 2)
        theta, state = dataclasses.replace(rule, lr=rate).update(theta, model.curvatures * theta, state)
    assert sweep.losses == pytest.approx(expected, rel=1e-9)


def test_every_group_of_an_optimizer_gets_the_rate():
    model = Sum(Quadratic(4.0), Quadratic(0.5))
    groups = [{"params": part.parameters(), "lr": rate} for part, rate in zip(model, (5.0, 7.0), strict=True)]
    optimizer = torch.optim.SGD(groups)
    sweep = find_learning_rate(model, itself, NOTHING, 1e-3, 10.0, steps=80, optimizer=optimizer)
    alone = find_learning_rate(Quadratic(4.0, 0.5), itself, NOTHING, 1e-3, 10.0, steps=80)
    assert sweep.losses == pytest.approx(alone.losses, rel=1e-12)
    assert [group["lr"] for group in optimizer.param_groups] == [5.0, 7.0]


def test_the_suggestion_trains_the_network(batches):
    model = make_network()
    rate = sweep_network(model, batches * 3, smallest=1e-5, largest=100.0, steps=100).suggestion
    assert 1e-3 < rate < 10
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(15):
        for inputs, labels in batches:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimizer.step()
    assert loss.item() < 0.6 < math.log(3)


def test_the_suggestion_is_where_the_loss_falls_fastest_along_the_logarithm():
    rates = [10 ** (step / 20) for step in range(-100, 1)]
    losses = [1 / (1 + math.exp(4 * (math.log10(rate) + 2))) for rate in rates]  # steepest at 10**-2
    assert suggest(rates, losses) == pytest.approx(1e-2)


def test_noise_does_not_move_the_suggestion_far(draw):
    rates = [10 ** (step / 20) for step in range(-100, 1)]
    clean = torch.tensor([1 / (1 + math.exp(4 * (math.log10(rate) + 2))) for rate in rates])
    for _ in range(20):
        found = suggest(rates, (clean + 0.03 * draw(101)).tolist())
        assert abs(math.log10(found) + 2) < 1


def test_a_loss_that_never_falls_has_no_suggestion():
    assert suggest([0.1, 0.2, 0.4, 0.8], [1.0, 2.0, 3.0, 4.0]) is None


def test_smoothing_is_the_mean_of_neighbors():
    losses = [float(step**2) for step in range(60)]
    smoothed = smooth(losses)
    assert smoothed[30] == pytest.approx(sum(losses[27:34]) / 7)
    assert smoothed[0] == pytest.approx(sum(losses[:4]) / 4)
    assert len(smoothed) == 60


def test_an_iterator_that_runs_dry_is_refused(batches):
    with pytest.raises(ValueError, match="pass a list or a DataLoader, not an iterator"):
        sweep_network(make_network(), iter(batches))
    with pytest.raises(ValueError, match="batches gave none"):
        sweep_network(make_network(), [])


@pytest.mark.parametrize(
    "options", [{"smallest": 0.0}, {"smallest": 2.0}, {"largest": math.inf}, {"steps": 2}]
)
def test_rates_and_steps_out_of_order_are_refused(batches, options):
    with pytest.raises(ValueError, match="wanted 0 < smallest < largest and at least 3 steps"):
        sweep_network(make_network(), batches, **options)


def test_a_loss_that_explodes_at_once_asks_for_a_smaller_rate():
    def loss(outputs, targets):
        return outputs * float("nan")

    with pytest.raises(ValueError, match=r"finite for 0 steps only, from a learning rate of 0.001 on"):
        find_learning_rate(Quadratic(1.0), loss, NOTHING, 1e-3, 1.0)

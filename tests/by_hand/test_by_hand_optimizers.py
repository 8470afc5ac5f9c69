"""Each rule equals its twin in torch.optim step by step, and its state too."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.by_hand import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSProp,
    step_in_place,
    walk,
)

RULES = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]
PAIRS = [
    (SGD(lr=0.1), torch.optim.SGD, {"lr": 0.1}),
    (Momentum(lr=0.02, momentum=0.8), torch.optim.SGD, {"lr": 0.02, "momentum": 0.8}),
    (Nesterov(lr=0.02), torch.optim.SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    (AdaGrad(lr=0.3), torch.optim.Adagrad, {"lr": 0.3}),
    (AdaGrad(lr=0.3, eps=0.5), torch.optim.Adagrad, {"lr": 0.3, "eps": 0.5}),
    (RMSProp(lr=0.01), torch.optim.RMSprop, {"lr": 0.01}),
    (RMSProp(lr=0.01, alpha=0.9, eps=0.5), torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "eps": 0.5}),
    (Adam(lr=0.1), torch.optim.Adam, {"lr": 0.1}),
    (
        Adam(lr=0.1, beta1=0.7, beta2=0.95, eps=0.5),
        torch.optim.Adam,
        {"lr": 0.1, "betas": (0.7, 0.95), "eps": 0.5},
    ),
    (AdamW(lr=0.1), torch.optim.AdamW, {"lr": 0.1}),
]
STATES = {
    "velocity": "momentum_buffer",
    "sum_of_squares": "sum",
    "mean_of_squares": "square_avg",
    "mean": "exp_avg",
    "step": "step",
}
ADAM_STATES = STATES | {"mean_of_squares": "exp_avg_sq"}
SCALES = torch.tensor([1.0, 10.0, 0.1], dtype=torch.float64)


def gradient(theta):
    """Of a function with ravines and waves, so that no two entries go the same way."""
    return SCALES * theta + torch.sin(3 * theta)


def torch_walk(kind, options, start, steps):
    theta = nn.Parameter(start.clone())
    optimizer = kind([theta], **options)
    path = [start]
    for _ in range(steps):
        theta.grad = gradient(theta.detach())
        optimizer.step()
        path.append(theta.detach().clone())
    return torch.stack(path), optimizer.state[theta]


@pytest.mark.parametrize("weight_decay", [None, 0.0, 0.2])
@pytest.mark.parametrize(("rule", "kind", "options"), PAIRS)
def test_sixty_steps_equal_those_of_torch(draw, rule, kind, options, weight_decay):
    if weight_decay is not None:  # None leaves both at their defaults, which must be the same too
        rule = dataclasses.replace(rule, weight_decay=weight_decay)
        options = options | {"weight_decay": weight_decay}
    start = draw(4, 3)
    expected, _ = torch_walk(kind, options, start, 60)
    torch.testing.assert_close(walk(rule, gradient, start, 60), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 25])
@pytest.mark.parametrize(("rule", "kind", "options"), PAIRS)
def test_the_state_equals_that_of_torch(draw, rule, kind, options, steps):
    start = draw(4, 3)
    _, expected = torch_walk(kind, options, start, steps)
    value, state = start, rule.start(start)
    for _ in range(steps):
        value, state = rule.update(value, gradient(value), state)
    names = ADAM_STATES if isinstance(rule, Adam) else STATES
    assert bool(state) == (not isinstance(rule, SGD))
    for name, value in state.items():
        want = expected[names[name]].double()
        torch.testing.assert_close(torch.as_tensor(value).double(), want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_changed_in_place(draw, rule):
    value, grad = draw(3), draw(3)
    optimizer = rule(lr=0.1)
    _, state = optimizer.update(value, grad, optimizer.start(value))
    before = [
        value.clone(),
        grad.clone(),
        {name: torch.as_tensor(item).clone() for name, item in state.items()},
    ]
    optimizer.update(value, grad, state)
    assert torch.equal(value, before[0])
    assert torch.equal(grad, before[1])
    assert all(torch.equal(torch.as_tensor(state[name]), item) for name, item in before[2].items())


@pytest.mark.parametrize("rule", RULES)
def test_the_start_of_the_path_is_the_start(draw, rule):
    path = walk(rule(lr=0.1), gradient, start := draw(2, 3), steps=5)
    assert path.shape == (6, 2, 3)
    assert torch.equal(path[0], start)


def test_nesterov_is_the_published_form_seen_from_the_point_looked_ahead_to(draw):
    lr, momentum, start = 0.02, 0.9, draw(3)
    theta, velocity, points = start, torch.zeros_like(start), [start]
    for _ in range(40):  # the paper's: velocity with the learning rate in it, gradient ahead of theta
        velocity = momentum * velocity - lr * gradient(theta + momentum * velocity)
        theta = theta + velocity
        points.append(theta + momentum * velocity)
    path = walk(Nesterov(lr=lr, momentum=momentum), gradient, start, 40)
    torch.testing.assert_close(path, torch.stack(points), rtol=1e-9, atol=1e-12)


def test_momentum_under_a_constant_gradient_goes_ten_times_as_far():
    path = walk(Momentum(lr=0.1), torch.ones_like, torch.zeros(1, dtype=torch.float64), 300)
    assert (path[-2] - path[-1]).item() == pytest.approx(0.1 / (1 - 0.9))


@given(st.floats(1e-3, 1e3), st.sampled_from([Adam, AdamW]))
def test_adams_steps_do_not_depend_on_the_scale_of_the_loss(scale, rule):
    start = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)
    optimizer = rule(lr=0.1, eps=1e-30)
    path = walk(optimizer, gradient, start, 10)
    scaled = walk(optimizer, lambda theta: scale * gradient(theta), start, 10)
    torch.testing.assert_close(scaled, path)


def test_decoupled_decay_shrinks_every_weight_alike_and_l2_under_adam_does_not():
    theta = torch.tensor([1.0, 1.0], dtype=torch.float64)
    grad = torch.tensor([100.0, 0.01], dtype=torch.float64)

    def shrinkage(rule):
        def after(weight_decay):
            optimizer = rule(lr=0.1, weight_decay=weight_decay)
            return optimizer.update(theta, grad, optimizer.start(theta))[0]

        return after(0.0) - after(0.1)

    torch.testing.assert_close(shrinkage(AdamW), torch.tensor([0.01, 0.01], dtype=torch.float64))
    assert shrinkage(Adam).abs().max() < 1e-6  # the first step is lr in each entry, with decay or without


@pytest.mark.parametrize(("rule", "kind", "options"), PAIRS)
def test_a_network_trained_in_place_equals_one_trained_by_torch(draw, rule, kind, options):
    x, y = draw(16, 3), draw(16, 2)
    networks = []
    for _ in range(2):
        torch.manual_seed(0)
        networks.append(nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)).double())
    mine, theirs = networks
    optimizer, states = kind(theirs.parameters(), **options), {}
    for _ in range(10):
        for network in networks:
            network.zero_grad()
            nn.functional.mse_loss(network(x), y).backward()
        optimizer.step()
        step_in_place(rule, mine.parameters(), states)
    for own, other in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-9, atol=1e-12)


def test_a_parameter_without_a_gradient_stays():
    parameter = nn.Parameter(torch.ones(2))
    states = {}
    step_in_place(AdamW(lr=0.1), [parameter], states)
    assert torch.equal(parameter, torch.ones(2))
    assert states == {}


@pytest.mark.parametrize(
    ("rule", "values", "message"),
    [
        (SGD, {"lr": 0.0}, "lr of SGD must be a number above 0, got 0.0"),
        (SGD, {"lr": float("nan")}, "lr of SGD must be a number above 0, got nan"),
        (Adam, {"lr": 0.1, "weight_decay": -1.0}, "weight_decay of Adam must be 0 or above, got -1.0"),
        (
            Momentum,
            {"lr": 0.1, "momentum": 1.0},
            "momentum of Momentum must be at least 0 and below 1, got 1.0",
        ),
        (RMSProp, {"lr": 0.1, "alpha": -0.1}, "alpha of RMSProp must be at least 0 and below 1, got -0.1"),
        (Adam, {"lr": 0.1, "beta2": 1.1}, "beta2 of Adam must be at least 0 and below 1, got 1.1"),
        (AdaGrad, {"lr": 0.1, "eps": 0.0}, "eps of AdaGrad must be a number above 0, got 0.0"),
    ],
)
def test_a_hyper_parameter_out_of_its_range_is_refused(rule, values, message):
    with pytest.raises(ValueError, match=message):
        rule(**values)

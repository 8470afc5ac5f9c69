import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.training.schedules import learning_rate_factor, plateau_factor, step_factor

SCHEDULES = ("constant", "step", "cosine", "one-cycle", "plateau")


def factors(schedule, total, warmup=0):
    return [learning_rate_factor(schedule, step, total, warmup) for step in range(total)]


def torch_factors(scheduler_of, total):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = scheduler_of(optimizer)
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def test_constant_stays_at_one_after_a_straight_rise():
    assert factors("constant", 6, 4) == [0.25, 0.5, 0.75, 1, 1, 1]


def test_cosine_is_that_of_torch():
    theirs = torch_factors(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40), 40)
    assert factors("cosine", 40) == pytest.approx(theirs)


def test_one_cycle_is_that_of_torch():
    def theirs(optimizer):
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=1.0, total_steps=40, pct_start=0.3, cycle_momentum=False
        )

    assert factors("one-cycle", 40, 12) == pytest.approx(torch_factors(theirs, 40))


@given(st.sampled_from(SCHEDULES), st.integers(1, 200), st.data())
def test_factors_lie_between_zero_and_one_and_touch_one(schedule, total, data):
    warmup = data.draw(st.integers(1, total))
    values = factors(schedule, total, warmup)
    assert all(0 < value <= 1 for value in values)
    assert max(values) == pytest.approx(1)


@given(st.sampled_from(SCHEDULES), st.integers(2, 200), st.data())
def test_factors_rise_in_the_warmup_and_never_after(schedule, total, data):
    warmup = data.draw(st.integers(1, total - 1))
    values = factors(schedule, total, warmup)
    assert values[:warmup] == sorted(values[:warmup])
    assert values[warmup:] == sorted(values[warmup:], reverse=True)


def test_step_is_that_of_torch():
    theirs = torch_factors(lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [3, 7], gamma=0.2), 12)
    assert [step_factor(done, (3, 7), 0.2) for done in range(12)] == pytest.approx(theirs)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=40), st.integers(1, 5))
def test_plateau_is_that_of_torch(losses, patience):
    """PyTorch's patience is one less: the epochs it lets pass before the one that lowers the rate."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience - 1, threshold=0, eps=0
    )
    for count, loss in enumerate(losses, start=1):
        scheduler.step(loss)
        expected = optimizer.param_groups[0]["lr"]
        assert plateau_factor(losses[:count], patience, 0.5) == pytest.approx(expected)


def test_plateau_waits_for_the_patience_and_begins_anew_after_a_fall():
    losses = [1.0, 2.0, 2.0, 2.0, 2.0, 0.5, 2.0, 2.0]
    factors = [plateau_factor(losses[:count], 2, 0.1) for count in range(len(losses) + 1)]
    assert factors == pytest.approx([1, 1, 1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001])

"""Clipping equals torch.nn.utils and Keras, but for gradients that are not finite, which it refuses."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from course_lib.by_hand import clip_by_norm, clip_by_value, global_norm

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8)


def with_gradients(gradients):
    parameters = []
    for gradient in gradients:
        parameters.append(nn.Parameter(torch.zeros_like(gradient)))
        parameters[-1].grad = gradient.clone()
    return parameters


@pytest.fixture
def gradients(draw):
    return [3 * draw(4, 3), draw(5), 10 * draw(2, 2, 2)]


def test_by_value_equals_torch(gradients):
    clip_grad_value_(twins := with_gradients(gradients), 1.5)
    for own, twin in zip(clip_by_value(gradients, 1.5), twins, strict=True):
        assert torch.equal(own, twin.grad)


@pytest.mark.parametrize("max_norm", [0.1, 5.0, 1e3])  # the last leaves all as it is
def test_by_norm_equals_torch_but_for_its_millionth(gradients, max_norm):
    norm = clip_grad_norm_(twins := with_gradients(gradients), max_norm)
    torch.testing.assert_close(global_norm(gradients), norm, rtol=1e-12, atol=0)
    millionth = norm / (norm + 1e-6) if norm > max_norm else 1.0  # torch divides by norm + 1e-6
    for own, twin in zip(clip_by_norm(gradients, max_norm), twins, strict=True):
        torch.testing.assert_close(own * millionth, twin.grad, rtol=1e-12, atol=0)


@given(numbers, st.floats(1e-3, 1e3))
def test_the_norm_keeps_the_direction_and_bounds_the_length(entries, max_norm):
    gradient = torch.tensor(entries, dtype=torch.float64)
    (clipped,) = clip_by_norm([gradient], max_norm)
    assert clipped.norm() <= max_norm * (1 + 1e-12)
    torch.testing.assert_close(clipped * gradient.norm(), gradient * clipped.norm())
    torch.testing.assert_close(clipped.norm(), gradient.norm().clamp(max=max_norm))


@given(numbers, st.floats(1e-3, 1e3))
def test_the_value_bounds_every_entry_and_leaves_smaller_ones(entries, limit):
    gradient = torch.tensor(entries, dtype=torch.float64)
    (clipped,) = clip_by_value([gradient], limit)
    assert clipped.abs().max() <= limit
    assert torch.equal(clipped[gradient.abs() <= limit], gradient[gradient.abs() <= limit])


def test_a_zero_gradient_stays_zero():
    assert torch.equal(clip_by_norm([torch.zeros(3)], 1.0)[0], torch.zeros(3))


def test_the_originals_are_left_alone(gradients):
    before = [gradient.clone() for gradient in gradients]
    clip_by_norm(gradients, 0.1)
    clip_by_value(gradients, 0.1)
    assert all(map(torch.equal, gradients, before))


@pytest.mark.parametrize("bad", [float("inf"), float("-inf"), float("nan")])
def test_a_norm_that_is_not_finite_is_refused_as_torch_does_when_asked(bad):
    gradients = [torch.tensor([1.0, bad]), torch.tensor([2.0])]
    with pytest.raises(FloatingPointError, match=r"the norm of the gradients is (inf|nan)"):
        clip_by_norm(gradients, 1.0)
    with pytest.raises(RuntimeError, match="non-finite"):
        clip_grad_norm_(with_gradients(gradients), 1.0, error_if_nonfinite=True)


def test_torch_unasked_turns_an_infinite_gradient_into_zeros_and_nan():
    clip_grad_norm_(twins := with_gradients([torch.tensor([1.0, float("inf")])]), 1.0)
    assert twins[0].grad[0] == 0
    assert twins[0].grad[1].isnan()


def test_by_value_bounds_the_infinite_and_keeps_nan_as_torch_does():
    gradient = torch.tensor([float("inf"), float("-inf"), float("nan")])
    clip_grad_value_(twins := with_gradients([gradient]), 2.0)
    (own,) = clip_by_value([gradient], 2.0)
    assert own[:2].tolist() == [2.0, -2.0]
    torch.testing.assert_close(own, twins[0].grad, equal_nan=True)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_limit_must_be_above_zero(limit):
    with pytest.raises(ValueError, match="max_norm must be a number above 0"):
        clip_by_norm([torch.ones(2)], limit)
    with pytest.raises(ValueError, match="limit must be a number above 0"):
        clip_by_value([torch.ones(2)], limit)

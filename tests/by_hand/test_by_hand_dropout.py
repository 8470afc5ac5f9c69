"""Dropout equals PyTorch's, given the same mask, forward and backward, in training and evaluation."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.by_hand import draw_mask, dropout_backward, dropout_forward


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.5, 0.9])
def test_forward_and_backward_equal_torch_given_its_mask(draw, rate):
    layer, x, dy = nn.Dropout(rate), draw(40, 30).requires_grad_(), draw(40, 30)
    y = layer(x)
    (dx,) = torch.autograd.grad(y, x, dy)
    mask = y != 0
    torch.testing.assert_close(dropout_forward(x, mask, rate), y, rtol=1e-12, atol=0)
    torch.testing.assert_close(dropout_backward(dy, mask, rate), dx, rtol=1e-12, atol=0)


def test_in_evaluation_nothing_happens_as_in_torch(draw):
    x, dy = draw(4, 3).requires_grad_(), draw(4, 3)
    y = nn.Dropout(0.5).eval()(x)
    (dx,) = torch.autograd.grad(y, x, dy)
    assert torch.equal(dropout_forward(x, None, 0.5), y)
    assert torch.equal(dropout_backward(dy, None, 0.5), dx)


@pytest.mark.parametrize("rate", [0.25, 0.8])
def test_the_mask_is_the_one_that_torch_draws_from_the_same_seed(rate):
    torch.manual_seed(3)
    kept = nn.functional.dropout(torch.ones(50, 40), rate) != 0
    assert torch.equal(draw_mask((50, 40), rate, torch.Generator().manual_seed(3)), kept)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.8])
def test_the_rate_is_the_share_that_is_dropped(rate):
    mask = draw_mask((400, 500), rate, torch.Generator().manual_seed(0))
    assert mask.dtype == torch.bool
    assert 1 - mask.double().mean().item() == pytest.approx(rate, abs=0.005)


@given(st.floats(0, 0.95), st.integers(0, 1000))
def test_the_expectation_over_masks_is_the_input(rate, seed):
    x = torch.tensor([1.0, -2.0, 0.5])
    mask = draw_mask((20_000, 3), rate, torch.Generator().manual_seed(seed))
    mean = dropout_forward(x, mask, rate).mean(0)
    deviation = x.abs() * (rate / (1 - rate) / 20_000) ** 0.5
    assert ((mean - x).abs() <= 6 * deviation + 1e-5).all()


def test_dropping_without_scaling_makes_evaluation_differ():
    """The known mistake: the sum over many inputs is larger in evaluation, by 1/(1 − rate)."""
    x = torch.ones(100_000)
    mask = draw_mask(x.shape, 0.5, torch.Generator().manual_seed(0))
    in_evaluation = dropout_forward(x, None, 0.5).sum()
    assert (in_evaluation / (x * mask).sum()).item() == pytest.approx(2, rel=0.02)
    assert (in_evaluation / dropout_forward(x, mask, 0.5).sum()).item() == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_a_rate_out_of_its_range_is_refused(rate):
    with pytest.raises(ValueError, match="the share to drop, must be at least 0 and below 1, got"):
        draw_mask((3,), rate)

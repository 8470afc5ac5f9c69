"""Penalties, label smoothing and mixup equal those of the libraries."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import one_hot

from course_lib.by_hand import (
    SGD,
    cross_entropy,
    l1_penalty,
    l1_subgradient,
    l2_gradient,
    l2_penalty,
    mixup,
    smooth_labels,
    soft_threshold,
)


@pytest.mark.parametrize(("penalty", "gradient"), [(l2_penalty, l2_gradient), (l1_penalty, l1_subgradient)])
def test_the_gradient_of_a_penalty_is_autograds(draw, penalty, gradient):
    W = draw(3, 4)
    W[0, 0] = 0.0
    W.requires_grad_()
    (expected,) = torch.autograd.grad(penalty(W, 0.03), W)
    torch.testing.assert_close(gradient(W, 0.03), expected, rtol=1e-12, atol=0)


def test_under_sgd_l2_is_a_weight_decay_of_twice_its_strength(draw):
    W, g = draw(3, 4), draw(3, 4)
    by_penalty, _ = SGD(lr=0.1).update(W, g + l2_gradient(W, 0.03), {})
    by_decay, _ = SGD(lr=0.1, weight_decay=0.06).update(W, g, {})
    torch.testing.assert_close(by_penalty, by_decay)


def test_soft_threshold_equals_softshrink(draw):
    W = draw(20, 5)
    torch.testing.assert_close(soft_threshold(W, 0.4), nn.functional.softshrink(W, 0.4))
    assert 0 < (soft_threshold(W, 0.4) == 0).sum() < W.numel()


def test_soft_threshold_reaches_zero_where_subgradient_steps_jump_across_it():
    weight = proximal = torch.tensor([0.25], dtype=torch.float64)
    for _ in range(100):
        weight = weight - 0.1 * l1_subgradient(weight, 1.0)
        proximal = soft_threshold(proximal, 0.1 * 1.0)
    assert proximal.item() == 0
    assert abs(weight.item()) == pytest.approx(0.05)


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5, 1.0])
def test_label_smoothing_equals_that_of_torch_with_its_gradient(draw, alpha):
    logits, labels = (3 * draw(12, 5)).float().requires_grad_(), torch.arange(12) % 5
    expected = nn.CrossEntropyLoss(label_smoothing=alpha)(logits, labels)
    own = cross_entropy(logits, smooth_labels(labels, 5, alpha))
    torch.testing.assert_close(own, expected)
    torch.testing.assert_close(torch.autograd.grad(own, logits), torch.autograd.grad(expected, logits))


@given(st.integers(2, 20), st.floats(0, 1))
def test_smoothed_labels_are_probabilities(num_classes, alpha):
    targets = smooth_labels(torch.arange(num_classes), num_classes, alpha)
    torch.testing.assert_close(targets.sum(1), torch.ones(num_classes))
    assert (targets >= 0).all()
    torch.testing.assert_close(
        targets.diagonal(), torch.full((num_classes,), 1 - alpha + alpha / num_classes)
    )


def test_cross_entropy_equals_that_of_torch_for_any_targets_and_large_logits(draw):
    logits, targets = 500 * draw(8, 5), torch.softmax(draw(8, 5), dim=1)
    torch.testing.assert_close(cross_entropy(logits, targets), nn.functional.cross_entropy(logits, targets))


@pytest.mark.parametrize("seed", range(4))
def test_mixup_equals_that_of_torchvision(draw, torchvision, seed):
    """Theirs blends each image with the one before it and draws λ from torch's global generator."""
    images, labels = draw(6, 3, 4, 4).float(), torch.tensor([0, 1, 2, 2, 1, 0])
    torch.manual_seed(seed)
    expected = torchvision.transforms.v2.MixUp(alpha=0.8, num_classes=3)(images, labels)
    torch.manual_seed(seed)
    lam = torch.distributions.Beta(torch.tensor([0.8]), torch.tensor([0.8])).sample().item()
    own = mixup(images, one_hot(labels, 3).float(), lam, torch.arange(6).roll(1))
    assert 0 < lam < 1
    for tensor, wanted in zip(own, expected, strict=True):
        torch.testing.assert_close(tensor, wanted)


@given(st.floats(0, 1), st.permutations(range(6)))
def test_the_loss_of_blended_targets_is_the_blend_of_the_losses(lam, order):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(6, 3, generator=generator, dtype=torch.float64)
    labels, permutation = torch.tensor([0, 1, 2, 2, 1, 0]), torch.tensor(order)
    _, targets = mixup(logits, one_hot(labels, 3).double(), lam, permutation)
    own, other = (nn.functional.cross_entropy(logits, each) for each in (labels, labels[permutation]))
    torch.testing.assert_close(cross_entropy(logits, targets), lam * own + (1 - lam) * other)


@pytest.mark.parametrize("alpha", [-0.1, 1.1])
def test_a_smoothing_out_of_its_range_is_refused(alpha):
    with pytest.raises(ValueError, match=r"must lie in 0\.\.1"):
        smooth_labels(torch.tensor([0]), 2, alpha)


@pytest.mark.parametrize("lam", [-0.1, 1.1, float("nan")])
def test_a_blend_out_of_its_range_is_refused(lam):
    with pytest.raises(ValueError, match=r"the share of an image itself, must lie in 0\.\.1"):
        mixup(torch.ones(2, 1), torch.eye(2), lam, torch.tensor([1, 0]))


def test_class_numbers_cannot_be_blended():
    with pytest.raises(ValueError, match=r"targets must have shape \(2, M\), got \(2,\)"):
        mixup(torch.ones(2, 1), torch.tensor([0, 1]), 0.5, torch.tensor([1, 0]))

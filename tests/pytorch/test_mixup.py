"""Mixup is compared with its formula, and its draws with SciPy's Beta distribution."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.testing import assert_close

from course_lib.pytorch.augmentation import draw_beta, mixup


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def draw_images(batch=16):
    """Images (B, 3, 9, 12) in channels_last format."""
    return torch.rand((batch, 9, 12, 3), generator=seeded(99)).permute(0, 3, 1, 2)


def test_mixup_blends_the_batch_with_a_permutation_of_itself():
    images = draw_images()
    targets = torch.softmax(torch.randn(16, 5, generator=seeded(1)), dim=1)
    generator = seeded(2)
    share = draw_beta(0.7, generator)
    partner = torch.randperm(16, generator=generator)
    mixed, blended = mixup(images, targets, 0.7, seeded(2))
    assert 0.05 < share < 0.95
    assert_close(mixed, share * images + (1 - share) * images[partner])
    assert_close(blended, share * targets + (1 - share) * targets[partner])
    assert mixed.is_contiguous(memory_format=torch.channels_last)


def test_the_global_random_numbers_are_neither_used_nor_changed():
    torch.manual_seed(1)
    first = mixup(draw_images(), torch.eye(16), 0.2, seeded())
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(3))
    assert torch.equal(first[0], mixup(draw_images(), torch.eye(16), 0.2, seeded())[0])


@given(
    batch=st.integers(1, 9),
    classes=st.integers(2, 12),
    alpha=st.floats(0.01, 100),
    seed=st.integers(0, 2**32),
)
def test_mixed_targets_stay_probabilities_and_images_in_range(batch, classes, alpha, seed):
    labels = torch.randint(classes, (batch,), generator=seeded(seed))
    targets = torch.nn.functional.one_hot(labels, classes).float()
    images, mixed = mixup(draw_images(batch), targets, alpha, seeded(seed))
    assert_close(mixed.sum(1), torch.ones(batch))
    assert torch.all((mixed >= 0) & (mixed <= 1 + 1e-6))
    assert torch.all((images >= 0) & (images <= 1 + 1e-6))


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.5, 1, 4, 100])
def test_shares_follow_the_beta_distribution(alpha):
    """Its lower half, because numbers near 1 are coarse; and both halves are equally likely."""
    draws = draw_beta(alpha, seeded(), (20_000,))
    below = draws[draws < 0.5].double().numpy()
    assert stats.binomtest(len(below), 20_000, 0.5).pvalue > 0.001
    assert stats.kstest(below, lambda x: 2 * stats.beta(alpha, alpha).cdf(x)).pvalue > 0.001


def test_a_tiny_alpha_still_draws_numbers_from_0_to_1():
    draws = draw_beta(1e-6, seeded(), (1000,))
    assert torch.all((draws >= 0) & (draws <= 1))


def test_targets_in_double_precision_stay_so():
    targets = torch.eye(16, dtype=torch.float64)
    assert mixup(draw_images(), targets, 1.0, seeded())[1].dtype == torch.float64


@pytest.mark.parametrize("alpha", [0, -1, math.inf, math.nan])
def test_an_alpha_that_cannot_work_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha must be a number above 0, got"):
        mixup(draw_images(4), torch.eye(4), alpha, seeded())


@pytest.mark.parametrize("targets", [torch.arange(4), torch.eye(4).long(), torch.eye(5)])
def test_targets_that_are_no_probabilities_are_refused(targets):
    with pytest.raises(ValueError, match=r"targets must be floats .B, M. with B = 4 .* by one_hot"):
        mixup(draw_images(4), targets, 1.0, seeded())

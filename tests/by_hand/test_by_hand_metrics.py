"""Top-k accuracy equals that of scikit-learn and torchmetrics where no scores tie, and is strict where they do."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import top_k_accuracy_score
from torch.nn.functional import one_hot
from torchmetrics.classification import MulticlassAccuracy

from course_lib.by_hand import TopKAccuracy, in_top_k, top_k_accuracy

LABELS = torch.arange(60) % 7


@pytest.mark.parametrize("k", range(1, 7))
def test_it_equals_scikit_learn_and_torchmetrics(draw, k):
    logits = draw(60, 7) + one_hot(LABELS, 7)
    expected = top_k_accuracy_score(LABELS.numpy(), logits.numpy(), k=k)
    twin = MulticlassAccuracy(7, top_k=k, average="micro")
    assert 0.2 < expected < 1
    assert top_k_accuracy(logits, LABELS, k) == pytest.approx(expected, rel=1e-12)
    assert twin(logits, LABELS).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("k", [1, 3])
def test_the_metric_of_batches_equals_the_function_of_all(draw, k):
    logits, metric = draw(60, 7) + one_hot(LABELS, 7), TopKAccuracy(k)
    twin = MulticlassAccuracy(7, top_k=k, average="micro")
    for part in torch.arange(60).split(25):  # the last batch is smaller
        metric.update(logits[part], LABELS[part])
        twin.update(logits[part], LABELS[part])
    assert metric.compute().item() == pytest.approx(top_k_accuracy(logits, LABELS, k))
    assert metric.compute().item() == pytest.approx(twin.compute().item())


def test_a_reset_metric_starts_anew(draw):
    metric, logits = TopKAccuracy(2), draw(60, 7)
    metric.update(-logits, LABELS)
    metric.reset()
    metric.update(logits, LABELS)
    assert metric.compute().item() == pytest.approx(top_k_accuracy(logits, LABELS, 2))


def test_metrics_of_two_processes_add_up(draw):
    """What a synchronized metric does with its states: it sums them."""
    logits, whole, first, second = draw(60, 7), TopKAccuracy(2), TopKAccuracy(2), TopKAccuracy(2)
    whole.update(logits, LABELS)
    first.update(logits[:50], LABELS[:50])
    second.update(logits[50:], LABELS[50:])
    first.merge_state(second)
    assert torch.equal(first.compute(), whole.compute())
    assert first.examples == 60


@pytest.mark.parametrize("k", range(1, 7))
def test_a_network_that_scores_all_classes_alike_has_found_none(k):
    assert top_k_accuracy(torch.zeros(60, 7), LABELS, k) == 0
    assert top_k_accuracy(torch.zeros(60, 7), LABELS, 7) == 1


def test_a_tie_counts_against_the_network():
    logits, labels = torch.tensor([[2.0, 1.0, 1.0, 0.0]]).repeat(4, 1), torch.arange(4)
    assert in_top_k(logits, labels, 1).tolist() == [True, False, False, False]
    assert in_top_k(logits, labels, 2).tolist() == [True, False, False, False]
    assert in_top_k(logits, labels, 3).tolist() == [True, True, True, False]


@given(st.integers(1, 5), st.integers(0, 10_000))
def test_more_classes_never_lower_the_accuracy_and_softmax_does_not_change_it(k, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(20, 6, generator=generator, dtype=torch.float64)
    labels = torch.randint(6, (20,), generator=generator)
    accuracy = top_k_accuracy(logits, labels, k)
    assert accuracy <= top_k_accuracy(logits, labels, k + 1)
    assert accuracy == top_k_accuracy(logits.softmax(1), labels, k)


@pytest.mark.parametrize("k", [0, 8])
def test_k_must_be_a_number_of_classes(k):
    with pytest.raises(ValueError, match=rf"k must lie in 1..7, the number of classes, got {k}"):
        in_top_k(torch.zeros(60, 7), LABELS, k)


def test_a_logit_that_is_no_number_is_refused():
    logits = torch.zeros(60, 7)
    logits[3, 2] = float("nan")
    with pytest.raises(ValueError, match="NaN, which has no rank"):
        in_top_k(logits, LABELS, 1)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"got \(60, 7\) and \(59,\)"):
        in_top_k(torch.zeros(60, 7), LABELS[:59], 1)


def test_the_accuracy_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one example"):
        top_k_accuracy(torch.zeros(0, 7), LABELS[:0], 1)

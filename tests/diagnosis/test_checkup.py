"""A checkup names each deliberate mistake and finds nothing in a healthy set-up."""

import copy
import dataclasses
from itertools import permutations, product

import numpy as np
import pytest
import torch
from set_ups import (
    BROKEN,
    HEALTHY,
    IMAGES,
    LABELS,
    NORMAL,
    RECIPE,
    TRAIN,
    VALID,
    accuracy,
    dead_relus,
    forgetful_accuracy,
    frozen_layer,
    mlp,
    tensors,
    trained,
    vgg,
)
from torch import nn

from course_lib.diagnosis import checkup
from course_lib.diagnosis.findings import CHAPTERS
from course_lib.diagnosis.training_probes import evidence

SEEDS = (0, 1, 2)


def troubles(*args, **kwargs):
    return {finding.probe: finding.verdict for finding in checkup(*args, **kwargs).troubles}


@pytest.mark.parametrize(
    ("name", "seed"), [*product(["dense", "small VGG"], SEEDS), *product(list(HEALTHY)[2:], [3])]
)
def test_nothing_is_found_in_a_healthy_set_up(name, seed):
    build, recipe = HEALTHY[name]
    report = checkup(build(seed), TRAIN, VALID, recipe, accuracy, seed)
    assert report.troubles == ()
    assert len(report.findings) == 17
    assert report.left_out == ()
    assert "nothing found" in str(report)


def test_normalized_tensors_are_as_healthy_as_a_dataset():
    assert troubles(mlp(0), tensors(TRAIN, **NORMAL), tensors(VALID, **NORMAL), RECIPE, accuracy) == {}


OFTEN = (
    "labels shuffled",
    "evaluation mode forgotten, batch norm",
    "layer frozen",
    "pixels 0..255",
    "learning rate too high",
    "dead ReLUs",
    "copies across splits",
    "classes imbalanced",
)
RARELY = [name for name in BROKEN if name not in OFTEN]


@pytest.mark.parametrize(("name", "seed"), [*product(OFTEN, SEEDS), *product(RARELY, [3])])
def test_a_mistake_is_named_and_nothing_else_but_what_follows_from_it(name, seed):
    change, probe, verdict, consequences = BROKEN[name]
    setup = {"model": mlp(seed), "data": TRAIN, "valid": VALID, "recipe": RECIPE, "evaluate": accuracy}
    found = troubles(**setup | change(seed), seed=seed)
    assert found.pop(probe, "ok") == verdict
    assert found.keys() <= consequences


def test_labels_and_a_model_that_cannot_learn_are_told_apart():
    report = checkup(dead_relus(0)["model"], TRAIN)
    assert report["labels and images"].verdict == "look"
    assert "a linear classifier: 9" in report["labels and images"].found
    assert report["overfit one batch"].verdict == "wrong"
    assert "Begin with dead units: what follows may be its consequence" in report.summary


def test_an_evaluation_that_moves_running_statistics_is_found_even_if_its_result_is_right():
    def careless(model):
        model(IMAGES)
        return 0.5

    finding = checkup(vgg(0), TRAIN, evaluate=careless)["evaluation mode"]
    assert finding.verdict == "wrong"
    assert finding.found.startswith("evaluating changes stage1.0.1.running_mean, stage1.0.1.running_var")


def test_an_evaluation_that_draws_at_random_is_told_from_a_forgotten_mode():
    def on_some(model):
        index = torch.randperm(len(LABELS))[:100]
        return (model(IMAGES[index]).argmax(1) == LABELS[index]).sum().item() + index.float().mean().item()

    finding = checkup(mlp(0), TRAIN, evaluate=on_some)["evaluation mode"]
    assert finding.verdict == "look"
    assert finding.found.startswith("two evaluations differ")


def test_everything_frozen_leaves_nothing_to_train():
    report = checkup(mlp(0).requires_grad_(False), TRAIN, recipe=RECIPE)
    assert report["frozen parameters"].verdict == "wrong"
    assert "training, because every parameter is frozen" in report.left_out
    assert "overfit one batch" not in [finding.probe for finding in report.findings]


def with_number(value):
    images, labels = tensors(TRAIN, **NORMAL)
    images[3, 0, 2, 2] = value
    return images, labels


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_found_and_end_the_checkup(value):
    report = checkup(mlp(0), tuple(part[:100] for part in with_number(value)))
    assert [(f.probe, f.verdict) for f in report.troubles] == [("NaN and infinity", "wrong")]
    assert report["NaN and infinity"].found == "in the training images"
    assert report.left_out == ("all the rest, until the numbers above are sound",)
    model = mlp(0)
    nn.init.constant_(model[3].bias, value)
    assert checkup(model, TRAIN)["NaN and infinity"].found == "in 3.bias"


@pytest.mark.parametrize("shift", [-1, 1])
def test_labels_without_an_output_end_the_checkup(shift):
    images, labels = tensors(TRAIN, **NORMAL)
    report = checkup(mlp(0), (images, labels + shift))
    assert report["label range"].verdict == "wrong"
    assert report["label range"].found == f"labels {shift}..{9 + shift}, outputs 0..9"
    assert len(report.findings) == 2


def test_a_trained_model_is_not_blamed_for_its_low_loss():
    found = checkup(trained(mlp, 0), TRAIN)["first loss"]
    assert found.found.endswith("chance −ln(1/10) = 2.303: trained already")
    assert found.verdict == "ok"


def test_a_dataset_is_normalized_as_the_recipe_says():
    as_bytes = dataclasses.replace(RECIPE, inputs="bytes")
    assert checkup(mlp(0), TRAIN, recipe=as_bytes)["input normalization"].verdict == "wrong"
    unit = checkup(mlp(0), TRAIN, recipe=dataclasses.replace(RECIPE, inputs="unit"))
    assert unit["input normalization"].verdict == "look"


def test_the_checkup_changes_neither_model_nor_data_nor_random_numbers():
    model = vgg(0)
    model.classifier.eval()
    model.classifier.bias.grad = kept = torch.ones(10)
    before, modes = copy.deepcopy(model.state_dict()), [module.training for module in model.modules()]
    random = torch.get_rng_state()
    pair = tensors(TRAIN, **NORMAL)
    copies = [part.clone() for part in pair]
    checkup(model, pair, recipe=RECIPE, evaluate=forgetful_accuracy)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert [module.training for module in model.modules()] == modes
    assert model.classifier.bias.grad is kept
    assert torch.equal(kept, torch.ones(10))
    assert [p.grad is None for p in model.parameters()].count(False) == 1
    assert not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(part, kept_part) for part, kept_part in zip(pair, copies, strict=True))
    assert torch.equal(torch.get_rng_state(), random)


def test_the_same_seed_finds_the_same():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Dropout(0.2), mlp(0))
    first = checkup(model, TRAIN, recipe=RECIPE, seed=4)
    torch.rand(5)
    with torch.no_grad():
        assert first == checkup(model, TRAIN, recipe=RECIPE, seed=4)


def test_what_was_not_given_is_said_to_be_left_out():
    report = checkup(mlp(0), tuple(part[:30] for part in tensors(TRAIN, **NORMAL)))
    text = str(report)
    assert len(report.left_out) == 4
    for what in ("copies across splits", "evaluation mode", "learning rate", "labels and images"):
        assert f"Not examined: {what}" in text or f"Not examined: the {what}" in text


def test_the_table_says_what_it_means_and_where_to_read_on():
    report = checkup(frozen_layer(0)["model"], TRAIN, VALID)
    text, page = str(report), report._repr_html_()
    finding = report["frozen parameters"]
    flowing = " ".join(text.split())
    assert f"{finding.found} {finding.meaning} See chapter 9, {CHAPTERS[9]}." in flowing
    assert max(map(len, text.splitlines())) <= 100
    assert text.count("\n") > len(report.findings)
    assert page.count("<tr>") == len(report.findings) + 1
    assert finding.meaning in page
    assert "<lambda>" not in page
    with pytest.raises(KeyError, match="no finding of 'labels': this checkup has NaN and infinity"):
        report["labels"]


def test_the_evidence_is_the_distance_from_all_permutations_of_the_labels():
    labels, predictions = torch.tensor([0, 0, 1, 2, 2, 1]), torch.tensor([0, 1, 1, 2, 0, 1])
    hits = [(torch.tensor(order) == predictions).sum().item() for order in permutations(labels.tolist())]
    right = (labels == predictions).sum().item()
    assert evidence(predictions, labels) == pytest.approx((right - np.mean(hits)) / np.std(hits))
    assert evidence(torch.zeros(6, dtype=torch.int64), labels) == 0


def test_what_does_not_fit_is_refused_with_the_fix():
    images, labels = tensors(TRAIN, **NORMAL)
    for wrong in ((images.byte(), labels), (images[:, 0], labels)):
        with pytest.raises(TypeError, match=r"images must be float \(N, C, H, W\)"):
            checkup(mlp(0), wrong)
    with pytest.raises(TypeError, match=r"labels must be int64 \(1437,\), the index of each image's class"):
        checkup(mlp(0), (images, nn.functional.one_hot(labels)))
    with pytest.raises(TypeError, match="both be a Dataset or both be a pair of tensors"):
        checkup(mlp(0), images)
    with pytest.raises(TypeError, match="both be a Dataset or both be a pair of tensors"):
        checkup(mlp(0), (images, labels), VALID)
    with pytest.raises(TypeError, match="valid must be a Dataset as the training data is, got tuple"):
        checkup(mlp(0), TRAIN, (images, labels))
    with pytest.raises(ValueError, match="at least one image, got none"):
        checkup(mlp(0), (images[:0], labels[:0]))
    with pytest.raises(ValueError, match="no parameters, so there is nothing to train"):
        checkup(nn.Flatten(), TRAIN)
    with pytest.raises(
        ValueError, match=r"fails on the first image, shape \(1, 1, 8, 8\): build it for this"
    ):
        checkup(nn.Sequential(nn.Flatten(), nn.Linear(63, 10)), TRAIN)
    with pytest.raises(
        ValueError, match=r"must give logits \(1, M\) for one image, got shape \(1, 1, 8, 3\)"
    ):
        checkup(nn.Linear(8, 3), TRAIN)

"""A checkup names each deliberate mistake and finds nothing in a healthy set-up."""

import copy
import dataclasses
from itertools import permutations, product

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import data
from course_lib.architectures.vgg import VGGSpec
from course_lib.data.splits import shuffled
from course_lib.diagnosis import checkup
from course_lib.diagnosis.findings import CHAPTERS
from course_lib.diagnosis.training_probes import evidence
from course_lib.pytorch.vgg import build_vgg
from course_lib.training import Recipe, Trainer

RECIPE = Recipe(epochs=5, lr=0.05)
SEEDS = (0, 1, 2)
TRAIN, VALID = (data.load("digits", split=split) for split in ("train", "test"))
VGG = VGGSpec(((6,), (8,)), 16, 0.1, 0.2, params=0, image_size=8, num_classes=10)


def mlp(seed, activation=nn.ReLU):
    """Dense layers for the digits, He's weights before each activation."""
    torch.manual_seed(seed)
    layers = [nn.Linear(64, 64), activation(), nn.Linear(64, 64), activation(), nn.Linear(64, 10)]
    for layer in layers[:4:2]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return nn.Sequential(nn.Flatten(), *layers)


def vgg(seed):
    torch.manual_seed(seed)
    return build_vgg(VGG, in_channels=1)


class Residual(nn.Module):
    """A block that begins as the identity, because the last scale is zero, with one in-place ReLU used twice."""

    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        nn.init.zeros_(self.norm2.weight)

    def forward(self, x):
        return self.relu(x + self.norm2(self.conv2(self.relu(self.norm1(self.conv1(x))))))


def resnet(seed):
    torch.manual_seed(seed)
    stem = [nn.Conv2d(1, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(inplace=True)]
    return nn.Sequential(*stem, Residual(6), Residual(6), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(24, 10))


def trained(build, seed, **recipe):
    model = build(seed)
    Trainer(Recipe(**{"epochs": 4, "lr": 0.05, "seed": seed} | recipe), device="cpu").fit(model, TRAIN, VALID)
    return model


def tensors(dataset, scale=1.0, shift=0.0):
    """Images times `scale` plus `shift`, and labels."""
    images = torch.tensor(dataset.images).permute(0, 3, 1, 2).float() * scale + shift
    return images, torch.tensor(dataset.labels)


NORMAL = {"scale": 1 / 255 / 0.376, "shift": -0.305 / 0.376}  # the digits' mean and deviation
IMAGES, LABELS = tensors(VALID, **NORMAL)


def accuracy(model):
    """An evaluation as it should be."""
    was_training = model.training
    model.eval()
    with torch.no_grad():
        right = (model(IMAGES).argmax(1) == LABELS).float().mean().item()
    model.train(was_training)
    return right


def forgetful_accuracy(model):
    """The same without evaluation mode."""
    with torch.no_grad():
        return (model(IMAGES).argmax(1) == LABELS).float().mean().item()


def troubles(*args, **kwargs):
    return {finding.probe: finding.verdict for finding in checkup(*args, **kwargs).troubles}


HEALTHY = {
    "dense": (mlp, RECIPE),
    "small VGG": (vgg, RECIPE),
    "dense, tanh": (lambda seed: mlp(seed, nn.Tanh), RECIPE),
    "dense, Adam": (mlp, Recipe(epochs=5, lr=0.001, optimizer="adam")),
    "residual": (resnet, Recipe(epochs=5, lr=0.2, warmup_epochs=1)),
    "trained dense": (lambda seed: trained(mlp, seed), RECIPE),
    "trained VGG": (lambda seed: trained(vgg, seed), RECIPE),
}


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


def relabeled(labels):
    return dataclasses.replace(TRAIN, labels=labels)


def some_rows(rows, split="train"):
    return dataclasses.replace(TRAIN, split=split, images=TRAIN.images[rows], labels=TRAIN.labels[rows])


def imbalanced(seed):
    kept = (TRAIN.labels == seed) | (np.arange(len(TRAIN)) % 14 == 0)
    return {"data": some_rows(kept)}


def with_copies(seed):
    rows = shuffled(len(TRAIN), seed)[:5]
    images = np.concatenate([VALID.images, TRAIN.images[rows]])
    labels = np.concatenate([VALID.labels, TRAIN.labels[rows]])
    return {"valid": dataclasses.replace(VALID, images=images, labels=labels)}


def frozen_layer(seed):
    model = mlp(seed)
    model[3].requires_grad_(False)
    return {"model": model}


def detached_layer(seed):
    class Detached(nn.Sequential):
        def forward(self, x):
            for number, layer in enumerate(self):
                x = layer(x.detach() if number == 3 else x)
            return x

    return {"model": Detached(*mlp(seed))}


def dead_relus(seed):
    model = mlp(seed)
    nn.init.constant_(model[1].bias, -30.0)
    return {"model": model}


def raw_pixels(scale):
    return lambda seed: {"data": tensors(TRAIN, scale), "valid": tensors(VALID, scale)}


def other_scale_in_validation(seed):
    return {"data": tensors(TRAIN, **NORMAL), "valid": tensors(VALID, 1 / 255)}


def large_weights(seed):
    model = mlp(seed, nn.Tanh)
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(8)
    return {"model": model}


def deep_sigmoid(seed):
    torch.manual_seed(seed)
    middle = [layer for _ in range(7) for layer in (nn.Linear(64, 64), nn.Sigmoid())]
    return {"model": nn.Sequential(nn.Flatten(), *middle, nn.Linear(64, 10))}


def trailing_statistics(seed):
    def slow(seed):
        model = vgg(seed)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.momentum = 1e-4
        return model

    return {"model": trained(slow, seed, lr=0.2)}


def rate(lr, **values):
    return lambda seed: {"recipe": Recipe(epochs=5, lr=lr, **values)}


BLIND = {
    "gradient flow",
    "activation deviations",
    "frozen parameters",
    "overfit one batch",
    "labels and images",
}
# what is broken: how, the probe that names it, its verdict, and what may follow from it
BROKEN = {
    "labels shuffled": (
        lambda seed: {"data": relabeled(TRAIN.labels[shuffled(len(TRAIN), seed)])},
        "labels and images",
        "wrong",
        set(),
    ),
    "labels shifted by a row": (
        lambda seed: {"data": relabeled(np.roll(TRAIN.labels, 1))},
        "labels and images",
        "wrong",
        set(),
    ),
    "evaluation mode forgotten, batch norm": (
        lambda seed: {"model": vgg(seed), "evaluate": forgetful_accuracy},
        "evaluation mode",
        "wrong",
        set(),
    ),
    "evaluation mode forgotten, dropout": (
        lambda seed: {"model": nn.Sequential(nn.Dropout(0.3), mlp(seed)), "evaluate": forgetful_accuracy},
        "evaluation mode",
        "wrong",
        {"activation deviations"},
    ),
    "layer frozen": (frozen_layer, "frozen parameters", "look", set()),
    "layer cut off": (detached_layer, "frozen parameters", "wrong", {"gradient flow"}),
    "pixels 0..255": (
        raw_pixels(1.0),
        "input normalization",
        "wrong",
        {"activation deviations", "first loss", "learning rate", "overfit one batch"},
    ),
    "pixels 0..1": (raw_pixels(1 / 255), "input normalization", "look", set()),
    "validation in another scale": (other_scale_in_validation, "input normalization", "wrong", set()),
    "learning rate too high": (rate(3.0), "learning rate", "wrong", set()),
    "Adam's learning rate too high": (rate(1.0, optimizer="adam"), "learning rate", "wrong", set()),
    "learning rate too low": (rate(1e-5), "learning rate", "look", set()),
    "dead ReLUs": (dead_relus, "dead units", "wrong", BLIND),
    "copies across splits": (with_copies, "copies across splits", "wrong", set()),
    "classes imbalanced": (imbalanced, "label balance", "wrong", set()),
    "softmax in the model": (
        lambda seed: {"model": nn.Sequential(mlp(seed), nn.Softmax(1))},
        "outputs",
        "wrong",
        {"overfit one batch", "learning rate"},
    ),
    "saturated units": (
        large_weights,
        "saturated units",
        "wrong",
        {"activation deviations", "first loss", "learning rate"},
    ),
    "vanishing gradient": (
        deep_sigmoid,
        "gradient flow",
        "wrong",
        {"activation deviations", "overfit one batch", "labels and images", "learning rate"},
    ),
    "running statistics trail": (trailing_statistics, "train and eval mode", "wrong", set()),
    "too few outputs used": (
        lambda seed: {"data": some_rows(TRAIN.labels < 8), "valid": None},
        "label range",
        "look",
        set(),
    ),
}


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

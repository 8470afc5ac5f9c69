import copy
import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import data, recording, results, shown
from course_lib.architectures.ladder import stages
from course_lib.diagnosis import random_direction
from course_lib.experiments import EXPERIMENTS, Experiment, Slices
from course_lib.training import Recipe

SLICES = Slices(images=64, span=0.5, points=3, seed=7)


@pytest.fixture(scope="module")
def train():
    return data.load("digits", "train", 200)


def network(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10)
    )


def far() -> nn.Sequential:
    """A network far from the others, so that the two ends of a line through them differ."""
    net = network(0)
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(5)
    return net


@pytest.fixture(scope="module")
def found(train):
    return shown.loss_slices(network(1), far(), train, "standardized", SLICES)


def loss(train, weights: dict[str, torch.Tensor]) -> float:
    """The loss on the first 64 images, standardized by all, with batch statistics, computed plainly."""
    pixels = torch.tensor(train.images).permute(0, 3, 1, 2) / 255
    images = (pixels - pixels.mean()) / pixels.std(correction=0)
    net = network(1).train()
    net.load_state_dict(weights, strict=False)
    return nn.functional.cross_entropy(net(images[:64]), torch.tensor(train.labels[:64])).item()


def weights(net: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in net.named_parameters()}


def test_the_line_goes_from_the_first_weights_through_the_last_as_far_again(train, found):
    first, last = weights(far()), weights(network(1))
    beyond = {name: 2 * last[name] - first[name] for name in last}
    assert found["line"] == pytest.approx([loss(train, w) for w in (first, last, beyond)], rel=5e-3)


def test_the_square_has_a_row_for_each_step_along_the_first_of_two_directions_scaled_by_filter(train, found):
    generator = torch.Generator().manual_seed(7)
    d, e = random_direction(network(1), generator), random_direction(network(1), generator)
    at = weights(network(1))
    for i, j in ((0, 2), (1, 1), (2, 1)):
        moved = {name: w + 0.5 * (i - 1) * d[name] + 0.5 * (j - 1) * e[name] for name, w in at.items()}
        assert found["square"][i][j] == pytest.approx(loss(train, moved), rel=5e-3)


def test_the_settings_are_kept_and_numbers_are_short(found):
    assert Slices(**found["settings"]) == SLICES
    assert np.shape(found["square"]) == (3, 3)
    assert all(value == float(f"{value:.3g}") for value in np.ravel(found["square"]).tolist())


def test_a_model_stays_as_it_is(train):
    model = network(1)
    before = copy.deepcopy(model.state_dict())
    shown.loss_slices(model, far(), train, "standardized", SLICES)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name


SLICED = Experiment(
    name="sliced",
    title="A tiny run with slices",
    dataset="digits",
    model="plain_cnn",
    recipe=Recipe(epochs=1, lr=0.05, batch_size=64),
    seeds=(0,),
    changes={"stages": stages(1, width=8), "norm": "batch"},
    images=300,
    hold_out=0.2,
    report="valid",
    slices=SLICES,
)


def test_an_experiment_with_slices_records_them_around_its_trained_weights(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results"))
    monkeypatch.setitem(EXPERIMENTS, "sliced", SLICED)
    record = recording.run("sliced", device="cpu", checkpoints=tmp_path / "runs")[0]
    landscape = results.load("sliced").extra["landscape"]
    assert landscape["line"][1] == landscape["square"][1][1] < landscape["line"][0]
    assert recording.matches(record, SLICED)
    for other in (None, dataclasses.replace(SLICES, span=1.0)):
        assert not recording.matches(record, dataclasses.replace(SLICED, slices=other))


def test_the_recorded_landscapes_differ_in_depth_and_skips_alone():
    plain, skips = EXPERIMENTS["landscape/plain-6"], EXPERIMENTS["landscape/skips-6"]
    assert plain.recipe == skips.recipe
    assert {key for key in plain.changes if plain.changes[key] != skips.changes[key]} == {"skips"}
    assert not plain.changes["skips"]

"""Experiments that begin with published weights: two phases in one history, killed and resumed in either."""

import dataclasses

import pytest
import torch

from course_lib import recording, results
from course_lib.architectures.pretrained import PRETRAINED
from course_lib.data.augmentation import Augmentation
from course_lib.experiments import EXPERIMENTS, Experiment, Transfer
from course_lib.pytorch import build, pretrained
from course_lib.pytorch.pretrained import Pretrained
from course_lib.training import Callback, Recipe, Trainer

STAGES = ("stage1", "stage2", "dense", "classifier")
HEAD = Recipe(epochs=2, lr=0.05, batch_size=64, inputs="bytes", augment=Augmentation(shift=0.1))
TINY = Experiment(
    name="tiny",
    title="A tiny transfer",
    dataset="digits",
    model="small_vgg",
    recipe=dataclasses.replace(HEAD, epochs=1, lr=0.01),
    seeds=(0,),
    images=200,
    hold_out=0.2,
    transfer=Transfer(warm_up=HEAD, last=2),
)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The folder of a transfer that takes a second, from a network that stands for published weights."""
    torch.manual_seed(0)
    model = build("small_vgg", in_channels=1, image_size=8).eval()
    weights = PRETRAINED["resnet18"]._replace(mean=(0.5,), std=(0.5,))
    source = Pretrained("small_vgg", model, weights, tuple("0123456789"))
    monkeypatch.setattr(pretrained, "load_pretrained", lambda name: source)
    (tmp_path / "results").mkdir()
    monkeypatch.setattr(recording, "FIRST_STEPS", 2)  # fewer than an epoch has
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results"))
    monkeypatch.setitem(EXPERIMENTS, "tiny", TINY)
    return tmp_path


def run(folder):
    return recording.run("tiny", device="cpu", checkpoints=folder / "runs")[0]


def test_both_phases_are_in_one_history_and_recorded(tiny):
    result = run(tiny)
    assert result == results.load("tiny")
    assert result.histories[0]["epoch"] == [1, 2, 3]
    assert result.histories[0]["lr"][2] < result.histories[0]["lr"][0]
    assert result.extra["transfer"] == {"last": 2, "warm_up": HEAD.as_dict()}
    assert recording.matches(result, TINY)
    assert not list((tiny / "runs").iterdir())


@pytest.mark.parametrize(
    "transfer", [None, Transfer(last=2), dataclasses.replace(TINY.transfer, last=1)], ids=str
)
def test_a_record_of_another_transfer_does_not_match(tiny, transfer):
    assert not recording.matches(run(tiny), dataclasses.replace(TINY, transfer=transfer))


def test_the_first_steps_are_the_warm_ups(tiny, monkeypatch):
    result = run(tiny)
    assert recording.first_losses("tiny", device="cpu") == result.extra["first_losses"][0]
    colder = dataclasses.replace(TINY, transfer=dataclasses.replace(TINY.transfer, warm_up=None))
    monkeypatch.setitem(EXPERIMENTS, "tiny", colder)
    assert recording.first_losses("tiny", device="cpu") != result.extra["first_losses"][0]


def test_only_the_last_stages_learn(tiny, monkeypatch):
    learnt = []

    class Look(Callback):
        def on_start(self, trainer):
            learning = {name for name, p in trainer.model.named_parameters() if p.requires_grad}
            learnt.append({part for name in learning for part in name.split(".") if part in STAGES})

    original = Trainer.__init__
    monkeypatch.setattr(
        Trainer,
        "__init__",
        lambda self, recipe, callbacks=(), device="auto": original(
            self, recipe, (*callbacks, Look()), device
        ),
    )
    run(tiny)
    assert learnt == [
        {"classifier"},
        {"dense", "classifier"},
        {"classifier"},
    ]  # the last: the first steps again


@pytest.mark.parametrize("killed_after", [1, 2, 3])
def test_a_transfer_that_was_killed_goes_on(tiny, monkeypatch, killed_after):
    whole = run(tiny)
    epochs = []

    class Killer(Callback):
        def on_epoch(self, trainer, row):
            epochs.append((trainer.recipe.epochs, row["epoch"]))
            if len(epochs) == killed_after:
                raise RuntimeError("killed")

    original = Trainer.__init__
    monkeypatch.setattr(
        Trainer,
        "__init__",
        lambda self, recipe, callbacks=(), device="auto": original(
            self, recipe, (*callbacks, Killer()), device
        ),
    )
    with pytest.raises(RuntimeError, match="killed"):
        run(tiny)
    resumed = run(tiny)
    assert epochs == [(2, 1), (2, 2), (1, 1)], "no epoch is trained twice"
    assert resumed.metrics == whole.metrics
    assert resumed.histories[0]["val_loss"] == whole.histories[0]["val_loss"]

"""Each feature has a test of equality with what it stands for."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.training import Callback, Checkpoint, FirstLosses, Progress, Recipe, Trainer

PLAIN = Recipe(epochs=3, lr=0.1, batch_size=16)


def flat(model):
    return torch.cat([p.detach().cpu().flatten() for p in model.parameters()])


def trainer(callbacks=(), **values):
    return Trainer(dataclasses.replace(PLAIN, **values), callbacks, device="cpu")


def without_seconds(history):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history.rows]


class KillAt(Callback):
    """Ends the run by an exception, as a killed process would."""

    def __init__(self, step):
        self.step = step

    def on_step(self, trainer, row):
        if row["step"] == self.step:
            raise RuntimeError("killed")


class Weights(Callback):
    """Keeps the weights after every step."""

    def __init__(self, model):
        self.model, self.steps = model, [flat(model)]

    def on_step(self, trainer, row):
        self.steps.append(flat(self.model))


@pytest.mark.parametrize(("optimizer", "lr"), [("sgd", 0.1), ("adam", 0.01), ("adamw", 0.01)])
@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle"])
def test_it_learns(make_model, train, valid, optimizer, lr, schedule):
    run = trainer(epochs=8, optimizer=optimizer, lr=lr, schedule=schedule, warmup_epochs=2)
    model = make_model(norm=True)
    assert run.fit(model, train, valid)["val_accuracy"][-1] == 1.0
    assert run.evaluate(model, valid)["accuracy"] == 1.0


def test_history_has_the_promised_columns(make_model, train, valid):
    history = trainer().fit(make_model(), train, valid)
    assert history.columns == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "lr", "seconds"]
    assert history["epoch"] == [1, 2, 3]


def test_one_run_equals_the_loop_written_by_hand(make_model, train, valid):
    """SGD with a cosine schedule on the same shuffled batches, with torch's own parts, gives the same weights."""
    model, hand = make_model(), make_model()
    trainer(weight_decay=0.01).fit(model, train, valid)

    pixels = torch.tensor(train.images).permute(0, 3, 1, 2).double() / 255
    mean, std = pixels.mean((0, 2, 3), keepdim=True), pixels.std((0, 2, 3), keepdim=True, correction=0)
    images, labels = ((pixels - mean) / std).float(), torch.tensor(train.labels)
    decayed = [hand[1].weight, hand[4].weight]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": [hand[1].bias, hand[4].bias]}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=18)
    shuffle = torch.Generator().manual_seed(0)
    for _ in range(3):
        for index in torch.randperm(len(train), generator=shuffle).split(16):
            loss = nn.functional.cross_entropy(hand(images[index]), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    torch.testing.assert_close(flat(model), flat(hand))


def test_the_history_has_the_learning_rate_of_the_last_step(make_model, train, valid):
    run = trainer()
    history = run.fit(make_model(), train, valid)
    assert history["lr"] == sorted(history["lr"], reverse=True)
    assert run.optimizer.param_groups[0]["lr"] == history["lr"][-1] < 0.001


def test_a_model_in_evaluation_mode_is_trained_in_training_mode(make_model, train, valid):
    first, second = make_model(norm=True, dropout=0.5), make_model(norm=True, dropout=0.5).eval()
    trainer().fit(first, train, valid)
    trainer().fit(second, train, valid)
    assert torch.equal(flat(first), flat(second))


def test_the_same_seed_gives_the_same_weights_whatever_happened_before(make_model, train, valid):
    first, second = make_model(dropout=0.5), make_model(dropout=0.5)
    trainer().fit(first, train, valid)
    torch.rand(7)
    trainer().fit(second, train, valid)
    assert torch.equal(flat(first), flat(second))


def test_another_seed_gives_another_order(make_model, train, valid):
    first, second = make_model(), make_model()
    trainer(seed=0).fit(first, train, valid)
    trainer(seed=1).fit(second, train, valid)
    assert not torch.equal(flat(first), flat(second))


def test_the_callers_random_numbers_are_left_alone(make_model, train, valid):
    model = make_model(dropout=0.5)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    trainer().fit(model, train, valid)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("clip_norm", [None, 0.5])
@pytest.mark.parametrize("count", [64, 90])  # 90: the last group is smaller, and so is its last batch
def test_accumulating_equals_the_big_batch(make_model, make_dataset, valid, count, clip_norm):
    train = make_dataset(count)
    big, small = make_model(), make_model()
    one = trainer(batch_size=32, clip_norm=clip_norm).fit(big, train, valid)
    many = trainer(batch_size=8, accumulate=4, clip_norm=clip_norm).fit(small, train, valid)
    torch.testing.assert_close(flat(small), flat(big))
    np.testing.assert_allclose(many["loss"], one["loss"], rtol=1e-5)


@pytest.mark.parametrize(
    ("count", "accumulate", "steps"), [(96, 1, 18), (96, 4, 6), (97, 1, 18), (98, 1, 21), (96, 99, 3)]
)
def test_every_group_of_batches_makes_one_step(make_model, make_dataset, valid, count, accumulate, steps):
    run = trainer(accumulate=accumulate)
    run.fit(make_model(), make_dataset(count), valid)
    assert run.step == run.total_steps == steps


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("step", [7, 12, 13])  # in the second epoch, at its end, in the third
def test_resuming_equals_the_straight_run_bit_for_bit(tmp_path, make_model, train, valid, optimizer, step):
    values = {"optimizer": optimizer, "warmup_epochs": 1, "schedule": "one-cycle", "clip_norm": 1.0}
    straight = make_model(norm=True, dropout=0.5)
    expected = trainer(**values).fit(straight, train, valid)

    killed = trainer([KillAt(step), Checkpoint(tmp_path / "run.pt")], **values)
    with pytest.raises(RuntimeError, match="killed"):
        killed.fit(make_model(norm=True, dropout=0.5), train, valid)
    rest = trainer(**values)
    rest.load(tmp_path / "run.pt")
    resumed = make_model(norm=True, dropout=0.5, seed=9)  # its own weights must not matter
    history = rest.fit(resumed, train, valid)

    for name, tensor in straight.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    assert without_seconds(history) == without_seconds(expected)


def test_a_finished_run_is_loaded_without_training(tmp_path, make_model, train, valid):
    model, again = make_model(), make_model(seed=9)
    history = trainer([Checkpoint(tmp_path / "run.pt")]).fit(model, train, valid)
    first = FirstLosses(1)
    other = trainer([first])
    other.load(tmp_path / "run.pt")
    assert other.fit(again, train, valid) == history
    assert first.losses == []
    assert torch.equal(flat(again), flat(model))


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path, make_model, train, valid):
    trainer([Checkpoint(tmp_path / "run.pt")]).fit(make_model(), train, valid)
    with pytest.raises(ValueError, match=r"another recipe \(lr was 0.1 and is 0.2\)"):
        trainer(lr=0.2).load(tmp_path / "run.pt")


def test_a_checkpoint_of_another_training_set_is_refused(tmp_path, make_model, make_dataset, train, valid):
    trainer([Checkpoint(tmp_path / "run.pt")]).fit(make_model(), train, valid)
    run = trainer()
    run.load(tmp_path / "run.pt")
    with pytest.raises(ValueError, match="another training set"):
        run.fit(make_model(), make_dataset(seed=5), valid)


def test_saving_leaves_one_file(tmp_path, make_model, train, valid):
    trainer([Checkpoint(tmp_path / "new" / "run.pt")]).fit(make_model(), train, valid)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.pt"]


def test_clipping_bounds_every_step(make_model, train, valid):
    model = make_model()
    weights = Weights(model)
    plain = {"momentum": 0, "nesterov": False, "schedule": "constant"}
    trainer([weights], clip_norm=1e-3, lr=0.5, **plain).fit(model, train, valid)
    steps = [(after - before).norm().item() for before, after in pairwise(weights.steps)]
    assert max(steps) == pytest.approx(0.5e-3, rel=1e-3)


def test_weight_decay_spares_biases_and_norms(make_model, train, valid):
    run = trainer(epochs=1, weight_decay=0.1)
    model = make_model(norm=True)
    run.fit(model, train, valid)
    decays = {id(p): group["weight_decay"] for group in run.optimizer.param_groups for p in group["params"]}
    assert {name: decays[id(p)] for name, p in model.named_parameters()} == {
        "1.weight": 0.1,
        "1.bias": 0.0,
        "2.weight": 0.0,
        "2.bias": 0.0,
        "5.weight": 0.1,
        "5.bias": 0.0,
    }


def test_frozen_parameters_stay(make_model, train, valid):
    model = make_model()
    model[1].weight.requires_grad = False
    before = model[1].weight.clone()
    trainer(weight_decay=0.1).fit(model, train, valid)
    assert torch.equal(model[1].weight, before)


def test_a_model_with_nothing_to_train_is_refused(make_model, train, valid):
    with pytest.raises(ValueError, match="no trainable parameters"):
        trainer().fit(make_model().requires_grad_(False), train, valid)


def test_bf16_learns_and_keeps_float32_weights(make_model, train, valid):
    model = make_model()
    assert trainer(precision="bf16-mixed", epochs=6).fit(model, train, valid)["val_accuracy"][-1] == 1.0
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_bf16_differs_from_float32(make_model, train, valid):
    one, two = make_model(), make_model()
    trainer(precision="bf16-mixed").fit(one, train, valid)
    trainer().fit(two, train, valid)
    assert not torch.equal(flat(one), flat(two))


def test_label_smoothing_is_left_out_of_validation(make_model, train):
    run = trainer(label_smoothing=0.3, epochs=30)
    model = make_model()
    row = run.fit(model, train, train).rows[-1]
    assert row["loss"] > 0.5 > row["val_loss"]
    assert run.evaluate(model, train)["loss"] == pytest.approx(row["val_loss"])


def test_evaluation_is_in_evaluation_mode_and_brings_every_mode_back(make_model, train, valid):
    run, model = trainer(), make_model(norm=True, dropout=0.9)
    run.fit(model, train, valid)
    model.train()
    model[2].eval()  # as someone would who freezes batch norm
    statistics = model[2].running_mean.clone()
    assert run.evaluate(model, valid) == run.evaluate(model, valid)
    assert torch.equal(model[2].running_mean, statistics)
    assert [module.training for module in model] == [True, True, False, True, True, True]


def test_evaluation_equals_the_definition(make_model, train, valid):
    run, model = trainer(), make_model()
    run.fit(model, train, valid)
    logits, labels = run.predict(model, valid), torch.tensor(valid.labels)
    scores = run.evaluate(model, valid)
    assert logits.shape == (48, 4)
    assert scores["loss"] == pytest.approx(nn.functional.cross_entropy(logits, labels).item())
    assert scores["accuracy"] == pytest.approx((logits.argmax(1) == labels).float().mean().item())


def test_evaluating_before_training_is_refused(make_model, valid):
    with pytest.raises(RuntimeError, match="call fit first"):
        trainer().evaluate(make_model(), valid)


def test_a_loss_that_is_no_number_stops_the_run(make_model, train, valid):
    with pytest.raises(
        FloatingPointError, match=r"try an lr below 1e\+30, a longer warmup_epochs, or clip_norm=1.0"
    ):
        trainer(lr=1e30).fit(make_model(), train, valid)


def test_a_callback_can_stop_within_an_epoch(make_model, train, valid):
    first = FirstLosses(8)
    history = trainer([first]).fit(make_model(), train, valid)
    assert len(first.losses) == 8
    assert history["epoch"] == [1]


def test_first_losses_are_those_of_the_whole_run(make_model, train, valid):
    short, long = FirstLosses(4), FirstLosses(18)
    trainer([short]).fit(make_model(dropout=0.5), train, valid)
    trainer([long]).fit(make_model(dropout=0.5), train, valid)
    assert short.losses == long.losses[:4]


def test_callbacks_hear_every_event_in_order(make_model, train, valid):
    events = []

    class Listener(Callback):
        def on_start(self, trainer):
            events.append("start")

        def on_step(self, trainer, row):
            events.append(row["step"])

        def on_epoch(self, trainer, row):
            events.append(f"epoch {row['epoch']}")

        def on_end(self, trainer):
            events.append("end")

    trainer([Listener()], epochs=2, batch_size=48).fit(make_model(), train, valid)
    assert events == ["start", 1, 2, "epoch 1", 3, 4, "epoch 2", "end"]


def test_progress_writes_a_line_per_epoch(capsys, make_model, train, valid):
    trainer([Progress()]).fit(make_model(), train, valid)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[-1].startswith("epoch   3 of 3: loss ")


MISFITS = [
    ({"classes": 3}, "the model must give 3 numbers for an image, .* build it with num_classes=3"),
    ({"channels": 1}, "4x4 pixels with 1 channels: build it with in_channels=1, image_size=4"),
    ({"size": 8}, "build it with in_channels=3, image_size=8"),
]


@pytest.mark.parametrize(("sizes", "message"), MISFITS)
def test_data_that_do_not_fit_the_model_are_refused(make_model, make_dataset, sizes, message):
    with pytest.raises(ValueError, match=message):
        trainer().fit(make_model(), make_dataset(**sizes), make_dataset(**sizes))


def test_validation_with_other_classes_is_refused(make_model, make_dataset, train):
    with pytest.raises(ValueError, match="same classes"):
        trainer().fit(make_model(), train, make_dataset(classes=3))


def test_a_label_without_a_class_is_refused(train):
    labels = train.labels.copy()
    labels[5] = 4
    with pytest.raises(ValueError, match="labels"):
        dataclasses.replace(train, labels=labels)

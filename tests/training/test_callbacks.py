"""Callbacks see a run and leave it as it is; stopping and keeping the best follow from the history alone."""

import dataclasses
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.training import (
    BestCheckpoint,
    Callback,
    Checkpoint,
    EarlyStopping,
    FirstLosses,
    History,
    LiveCurve,
    Progress,
    Recipe,
    TensorBoard,
    Trainer,
    load_best,
)

PLAIN = Recipe(epochs=6, lr=0.3, batch_size=16, schedule="constant")
# The validation losses of a lecture's run: patience 3 ends it after epoch 14, the best is epoch 11.
LECTURE = [
    *(2.0277, 2.0812, 1.6854, 1.7588, 1.5521, 2.3100, 1.6531),
    *(1.5167, 1.6290, 1.4406, 1.4379, 1.4644, 1.6171, 1.6657),
]


def trainer(callbacks=(), **values):
    return Trainer(dataclasses.replace(PLAIN, **values), callbacks, device="cpu")


def without_seconds(history):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in history.rows]


def assert_same_state(one, two):
    assert one.state_dict().keys() == two.state_dict().keys()
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, two.state_dict()[name]), name


def feed(callback, values, resumed_after=0, metric="val_loss"):
    """Give `values` epoch by epoch, as a run that was resumed once; return the epochs it lasted."""
    rows = History.from_columns({metric: values}).rows
    run = SimpleNamespace(history=History(), stop=False, epoch=0)
    if resumed_after:
        run.history, run.epoch = History(rows[:resumed_after]), resumed_after
    callback.on_start(run)
    for row in rows[resumed_after:]:
        if run.stop:
            break
        run.epoch += 1
        run.history.append(row)
        callback.on_epoch(run, row)
    return run.epoch, run.stop


class Hard(nn.Sequential):
    """A network that a callback could disturb: it draws random numbers also in evaluation mode."""

    def forward(self, x):
        return super().forward(x + 0.1 * torch.rand_like(x))


class KillAfter(Callback):
    """Ends the run by an exception after an epoch, as a killed process would."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch(self, trainer, row):
        if row["epoch"] == self.epoch:
            raise RuntimeError("killed")


# All together


@pytest.mark.parametrize("values", [{}, {"accumulate": 2, "clip_norm": 0.1}])
def test_a_run_with_all_callbacks_equals_one_without_bit_for_bit(
    tmp_path, capsys, make_model, train, valid, values
):
    bare, watched = (Hard(*make_model(norm=True, dropout=0.5)) for _ in range(2))
    expected = trainer(**values).fit(bare, train, valid)
    listening = [
        Progress(),
        LiveCurve(),
        FirstLosses(99),
        EarlyStopping(patience=99),
        BestCheckpoint(tmp_path / "loss.pt", "val_loss"),
        BestCheckpoint(tmp_path / "accuracy.pt"),
        TensorBoard(tmp_path / "board", every_steps=1),
        Checkpoint(tmp_path / "run.pt"),
    ]
    history = trainer(listening, **values).fit(watched, train, valid)
    assert without_seconds(history) == without_seconds(expected)
    assert_same_state(watched, bare)
    assert [module.training for module in watched.modules()] == [module.training for module in bare.modules()]


def test_on_backward_comes_before_each_step_with_its_gradients(make_model, train, valid):
    heard = []

    class Listener(Callback):
        def on_backward(self, trainer):
            heard.append((trainer.step, [p.grad is not None for p in trainer.model.parameters()]))

    trainer([Listener()], epochs=1).fit(make_model(), train, valid)
    assert heard == [(step, [True] * 4) for step in range(6)]


def test_first_losses_do_not_undo_the_stop_of_another_callback(make_model, train, valid):
    class Stop(Callback):
        def on_step(self, trainer, row):
            trainer.stop = True

    first = FirstLosses(4)
    trainer([Stop(), first]).fit(make_model(), train, valid)
    assert len(first.losses) == 1


TWO_PROCESSES = """
import os, sys, warnings
warnings.simplefilter("error", UserWarning)
import numpy as np, torch
from torch import nn
from course_lib.data import Dataset
from course_lib.training import *
pixels = np.random.default_rng(0).integers(0, 255, (64, 4, 4, 3), dtype=np.uint8)
data = Dataset("noise", "train", "Noise", pixels, np.arange(64) % 2, ("a", "b"))
folder = sys.argv[1] + "/"
listening = [
    Progress(), LiveCurve(), EarlyStopping(patience=1, min_delta=9.0), BestCheckpoint(folder + "best.pt"),
    TensorBoard(folder + "board", every_steps=1), Checkpoint(folder + "run.pt"),
]
weights = []
for callbacks, epochs in ((listening, 5), ((), 2)):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 16), nn.BatchNorm1d(16), nn.Dropout(0.5), nn.Linear(16, 2))
    recipe = Recipe(epochs=epochs, lr=0.1, batch_size=16, schedule="constant")
    trainer = Trainer(recipe, callbacks, device="cpu")
    history = trainer.fit(model, data, data)
    weights.append(torch.cat([value.double().flatten() for value in model.state_dict().values()]))
rank = os.environ["RANK"]
same = torch.equal(*weights)
open(f"{folder}rank{rank}.txt", "w").write(f"{same} {len(history)} {listening[2].stopped}")
"""


def test_of_two_processes_one_writes_and_the_run_stays_as_it_is(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(TWO_PROCESSES, encoding="utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", script]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, tmp_path], env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("epoch ")]) == 2 * 2  # two bars
    assert [(tmp_path / f"rank{rank}.txt").read_text() for rank in (0, 1)] == ["True 2 2"] * 2
    assert len(list((tmp_path / "board").iterdir())) == 1
    assert (tmp_path / "best.pt").exists()


# EarlyStopping


def test_the_lectures_run_stops_after_epoch_14_with_its_best_in_epoch_11():
    stopping = EarlyStopping(patience=3)
    assert feed(stopping, [*LECTURE, 1.0, 1.0]) == (14, True)
    assert (stopping.stopped, stopping.waited, stopping.best_row["epoch"]) == (14, 3, 11)
    assert stopping.best_row["val_loss"] == 1.4379


def test_epochs_without_a_new_best_count_even_if_the_loss_falls_between_them():
    assert feed(EarlyStopping(patience=3), [1.0, 1.3, 1.2, 1.1, 0.5]) == (4, True)


@given(
    values=st.lists(st.integers(0, 12), min_size=1, max_size=20),
    patience=st.integers(1, 4),
    metric=st.sampled_from(["val_loss", "val_accuracy"]),
)
def test_stopping_is_its_definition(values, patience, metric):
    """The first epoch that lies `patience` epochs after the first of the best before it."""
    signed = np.array(values) * (1 if metric == "val_loss" else -1)
    waited = [n - 1 - int(signed[:n].argmin()) for n in range(1, len(values) + 1)]
    expected = next((n for n, wait in enumerate(waited, start=1) if wait >= patience), None)
    callback = EarlyStopping(metric, patience)
    assert feed(callback, values, metric=metric) == (expected or len(values), expected is not None)
    assert callback.stopped == expected


@given(
    values=st.lists(st.integers(0, 12).map(lambda n: n / 8), min_size=1, max_size=20),
    patience=st.integers(1, 4),
    min_delta=st.sampled_from([0.0, 0.125, 0.5]),
    mode=st.sampled_from(["min", "max"]),
)
def test_stopping_is_lightnings(values, patience, min_delta, mode):
    from pytorch_lightning.callbacks import EarlyStopping as Theirs

    theirs = Theirs("metric", min_delta, patience, mode=mode)
    stops = (n for n, v in enumerate(values, 1) if theirs._evaluate_stopping_criteria(torch.tensor(v))[0])
    expected = next(stops, None)
    callback = EarlyStopping("metric", patience, min_delta, mode)
    assert feed(callback, values, metric="metric") == (expected or len(values), expected is not None)


@given(st.lists(st.integers(0, 12), min_size=2, max_size=20), st.integers(1, 4), st.data())
def test_a_resumed_run_stops_where_the_straight_one_does(values, patience, data):
    straight, resumed = EarlyStopping(patience=patience), EarlyStopping(patience=patience)
    epochs, stop = feed(straight, values)
    after = data.draw(st.integers(1, epochs))
    assert feed(resumed, values, resumed_after=after) == (epochs, stop)
    assert vars(resumed.best) == vars(straight.best)
    assert (resumed.waited, resumed.stopped) == (straight.waited, straight.stopped)


def test_a_value_that_is_no_number_is_never_a_best():
    stopping = EarlyStopping(patience=2)
    assert feed(stopping, [float("nan"), 2.0, float("nan"), 1.0, float("nan"), float("nan")]) == (6, True)
    assert stopping.best_row["epoch"] == 4


def test_a_stopped_run_that_is_loaded_stays_stopped(tmp_path, make_model, train, valid):
    def callbacks():  # the learning rate is far too large to get better
        return [EarlyStopping("val_loss", 2, min_delta=0.5), Checkpoint(tmp_path / "run.pt")]

    stopped = trainer(callbacks())
    history = stopped.fit(make_model(), train, valid)
    assert 2 < len(history) < 6
    again = trainer(callbacks())
    again.load(tmp_path / "run.pt")
    assert again.fit(make_model(seed=9), train, valid) == history


WRONG = [
    ({"patience": 0}, "patience must be at least 1 epoch, got 0"),
    ({"min_delta": -0.1}, "min_delta must be 0 or more, got -0.1: mode says which direction is better"),
    ({"metric": "val_f1"}, "got 'val_f1': say mode='min' or mode='max'"),
    ({"mode": "lowest"}, "mode must be one of auto, min, max, got 'lowest'"),
]


@pytest.mark.parametrize(("values", "message"), WRONG)
def test_early_stopping_refuses_what_makes_no_sense(values, message):
    with pytest.raises(ValueError, match=message):
        EarlyStopping(**values)


def test_a_column_that_is_not_there_is_named_with_those_that_are(make_model, train, valid):
    with pytest.raises(KeyError, match="no column 'val_lost' to watch; there are epoch, loss, accuracy"):
        trainer([EarlyStopping("val_lost", mode="min")]).fit(make_model(), train, valid)


# BestCheckpoint


class Copies(Callback):
    """The state after each epoch, and a row that the test dictates instead of the measured one."""

    def __init__(self, **columns):
        self.columns, self.states = columns, []

    def on_epoch(self, trainer, row):
        self.states.append({name: value.clone() for name, value in trainer.model.state_dict().items()})
        last = trainer.history.rows[-1]
        for name, values in self.columns.items():
            row[name] = last[name] = values[row["epoch"] - 1]


LOSSES, ACCURACIES = [1.0, 0.7, 0.9, 0.6, 0.6, 0.8], [0.1, 0.5, 0.2, 0.3, 0.5, 0.4]


def both(folder):
    return [
        Copies(val_loss=LOSSES, val_accuracy=ACCURACIES),
        BestCheckpoint(folder / "loss.pt", "val_loss"),
        BestCheckpoint(folder / "accuracy.pt"),
    ]


def test_each_metric_keeps_the_weights_of_its_own_best_epoch(tmp_path, make_model, train, valid):
    copies, *keep = both(tmp_path)
    trainer([copies, *keep]).fit(make_model(norm=True), train, valid)
    for path, epoch in (("loss.pt", 4), ("accuracy.pt", 2)):
        model = make_model(norm=True, seed=9)
        row = load_best(model, tmp_path / path)
        assert row["epoch"] == epoch
        assert (row["val_loss"], row["val_accuracy"]) == (LOSSES[epoch - 1], ACCURACIES[epoch - 1])
        expected = copies.states[epoch - 1]
        assert model.state_dict().keys() == expected.keys()
        for name, tensor in model.state_dict().items():
            assert torch.equal(tensor, expected[name]), name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["accuracy.pt", "loss.pt"]


def test_the_best_model_scores_what_its_row_says(tmp_path, make_model, train, valid):
    run = trainer([BestCheckpoint(tmp_path / "best.pt", "val_loss")])
    history = run.fit(make_model(norm=True, dropout=0.5), train, valid)
    model = make_model(norm=True, seed=9)
    row = load_best(model, tmp_path / "best.pt")
    assert row == history.best("val_loss")
    assert run.evaluate(model, valid) == {"loss": row["val_loss"], "accuracy": row["val_accuracy"]}


@pytest.mark.parametrize("epoch", [1, 2, 3, 4, 5])
def test_after_resuming_the_best_is_that_of_the_straight_run(tmp_path, make_model, train, valid, epoch):
    trainer(both(tmp_path / "straight")).fit(make_model(norm=True), train, valid)
    killed = [*both(tmp_path / "resumed"), Checkpoint(tmp_path / "run.pt"), KillAfter(epoch)]
    with pytest.raises(RuntimeError, match="killed"):
        trainer(killed).fit(make_model(norm=True), train, valid)
    rest = trainer(both(tmp_path / "resumed"))
    rest.load(tmp_path / "run.pt")
    rest.fit(make_model(seed=9, norm=True), train, valid)
    for name in ("loss.pt", "accuracy.pt"):
        one, two = make_model(norm=True), make_model(norm=True)
        rows = [load_best(one, tmp_path / "straight" / name), load_best(two, tmp_path / "resumed" / name)]
        assert_same_state(one, two)
        for row in rows:
            del row["seconds"]
        assert rows[0] == rows[1]


def test_a_run_killed_before_it_kept_its_best_epoch_keeps_it_when_resumed(tmp_path, make_model, train, valid):
    copies, best, _ = both(tmp_path)
    killed = [copies, Checkpoint(tmp_path / "run.pt"), KillAfter(4), best]  # the best is not told of epoch 4
    with pytest.raises(RuntimeError, match="killed"):
        trainer(killed).fit(make_model(), train, valid)
    assert load_best(make_model(), tmp_path / "loss.pt")["epoch"] == 2
    rest = trainer([copies, best])
    rest.load(tmp_path / "run.pt")
    rest.fit(make_model(seed=9), train, valid)
    model = make_model(seed=9)
    assert load_best(model, tmp_path / "loss.pt")["epoch"] == 4
    assert torch.equal(model[1].weight, copies.states[3]["1.weight"])


def test_a_file_that_lacks_an_earlier_best_is_not_taken_for_it(tmp_path, make_model, train, valid):
    with pytest.raises(RuntimeError, match="killed"):
        trainer([*both(tmp_path), Checkpoint(tmp_path / "run.pt"), KillAfter(3)]).fit(
            make_model(), train, valid
        )
    (tmp_path / "loss.pt").unlink()
    rest = trainer(both(tmp_path))
    rest.load(tmp_path / "run.pt")
    with pytest.raises(ValueError, match=r"epoch 2 was the best by val_loss, but .*loss.pt does not hold"):
        rest.fit(make_model(), train, valid)


def test_a_resumed_run_does_not_replace_a_better_epoch_of_an_attempt_that_was_lost(
    tmp_path, make_model, train, valid
):
    """On a GPU an epoch that is repeated can come out a little worse."""
    with pytest.raises(RuntimeError, match="killed"):
        trainer([*both(tmp_path), KillAfter(2), Checkpoint(tmp_path / "run.pt")]).fit(
            make_model(), train, valid
        )
    rest = trainer([Copies(val_loss=[1.0, *[0.75] * 5]), BestCheckpoint(tmp_path / "loss.pt", "val_loss")])
    rest.load(tmp_path / "run.pt")  # of epoch 1
    rest.fit(make_model(), train, valid)
    assert load_best(make_model(), tmp_path / "loss.pt")["val_loss"] == 0.7


def test_a_new_run_replaces_the_file_of_an_older_better_one(tmp_path, make_model, train, valid):
    trainer(both(tmp_path)).fit(make_model(), train, valid)
    worse = Copies(val_loss=[5.0, 4.0, 4.5, 4.5, 4.5, 4.5])
    trainer([worse, BestCheckpoint(tmp_path / "loss.pt", "val_loss")]).fit(make_model(), train, valid)
    assert load_best(make_model(), tmp_path / "loss.pt")["val_loss"] == 4.0


def test_weights_of_another_model_are_refused(tmp_path, make_model, train, valid):
    path = tmp_path / "best.pt"
    trainer([BestCheckpoint(path)]).fit(make_model(norm=True), train, valid)
    message = r"another model \(the file has no 4.weight; the file has no 4.bias; the model has no 2.weight; \.\.\.\)"
    with pytest.raises(ValueError, match=message):
        load_best(make_model(), path)
    model = make_model(norm=True)
    model[5] = nn.Linear(16, 10)
    before = model[1].weight.clone()
    message = r"5.weight has shape \(4, 16\) in the file and \(10, 16\) in the model; 5.bias has shape"
    with pytest.raises(ValueError, match=message):
        load_best(model, path)
    assert torch.equal(model[1].weight, before)


def test_the_checkpoint_of_a_whole_run_is_not_taken_for_the_best_weights(tmp_path, make_model, train, valid):
    trainer([Checkpoint(tmp_path / "run.pt")], epochs=1).fit(make_model(), train, valid)
    with pytest.raises(ValueError, match=r"does not come from BestCheckpoint: .* Trainer\.load"):
        load_best(make_model(), tmp_path / "run.pt")

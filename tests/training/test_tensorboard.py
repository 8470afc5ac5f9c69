"""What TensorBoard reads is what happened: scalars, histograms, images, graph; also after a run was resumed."""

import dataclasses
import io
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from course_lib.training import Callback, Checkpoint, Recipe, TensorBoard, Trainer
from course_lib.training.tensorboard import draw_predictions, trace, without_tensorflow

PLAIN = Recipe(epochs=3, lr=0.1, batch_size=16)  # 6 steps an epoch


def trainer(callbacks=(), **values):
    return Trainer(dataclasses.replace(PLAIN, **values), callbacks, device="cpu")


def read(folder):
    with without_tensorflow():
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    keep_all = dict.fromkeys(("scalars", "histograms", "images"), 0)
    return EventAccumulator(str(folder), size_guidance=keep_all).Reload()


def points(events, tag):
    return {event.step: event.value for event in events.Scalars(tag)}


class Watch(Callback):
    """Losses, learning rates, gradients and weights of every step, by the step's number."""

    def __init__(self):
        self.losses, self.rates, self.gradients, self.weights = {}, {}, {}, {}

    def on_backward(self, trainer):
        named = trainer.model.module.named_parameters()
        self.gradients[trainer.step + 1] = {name: p.grad.numpy().copy() for name, p in named}

    def on_step(self, trainer, row):
        self.losses[row["step"]], self.rates[row["step"]] = row["loss"].item(), row["lr"]
        named = trainer.model.module.named_parameters()
        self.weights[row["step"]] = {name: p.detach().numpy().copy() for name, p in named}


class KillAt(Callback):
    """Ends the run by an exception, as a killed process would."""

    def __init__(self, step):
        self.step = step

    def on_step(self, trainer, row):
        if row["step"] == self.step:
            raise RuntimeError("killed")


def assert_histogram(value, array):
    """Compare what was stored with the counts of `array` in 64 equal bins."""
    assert (value.min, value.max, value.num) == (array.min(), array.max(), array.size)
    assert value.sum == pytest.approx(array.sum(dtype=np.float64), abs=1e-9)
    assert value.sum_squares == pytest.approx((array.astype(np.float64) ** 2).sum())
    counts, edges = np.histogram(array.astype(np.float64), bins=64)
    # TensorBoard stores the right edges only, so an empty bin stands before the first.
    assert list(value.bucket) == [0, *counts]
    np.testing.assert_allclose(value.bucket_limit, edges)


@pytest.mark.parametrize("values", [{}, {"accumulate": 2, "clip_norm": 1e-3}])
def test_scalars_and_histograms_are_those_of_the_run(tmp_path, make_model, train, valid, values):
    watch = Watch()
    board = TensorBoard(tmp_path, every_steps=4, images=False, graph=False)
    history = trainer([watch, board], **values).fit(make_model(norm=True), train, valid)
    events = read(tmp_path)
    per_epoch = len(watch.losses) // 3
    logged = [step for step in watch.losses if step == 1 or step % 4 == 0]
    assert points(events, "step/loss") == pytest.approx({step: watch.losses[step] for step in logged})
    assert points(events, "step/lr") == pytest.approx({step: watch.rates[step] for step in logged})
    for column in history.columns:
        expected = {per_epoch * row["epoch"]: row[column] for row in history.rows}
        assert points(events, f"epoch/{column}") == pytest.approx(expected), column
    names = watch.weights[1].keys()
    assert {f"{kind}/{name}" for kind in ("weights", "gradients") for name in names} == set(
        events.Tags()["histograms"]
    )
    for name in names:
        for kind, arrays in (("weights", watch.weights), ("gradients", watch.gradients)):
            stored = events.Histograms(f"{kind}/{name}")
            assert [event.step for event in stored] == [per_epoch, 2 * per_epoch, 3 * per_epoch]
            for event in stored:
                assert_histogram(event.histogram_value, arrays[event.step][name])


def test_what_is_turned_off_is_not_written(tmp_path, make_model, train, valid):
    board = TensorBoard(tmp_path, histograms=False, images=False, graph=False)
    trainer([board], epochs=1).fit(make_model(), train, valid)
    tags = read(tmp_path).Tags()
    assert (tags["histograms"], tags["images"], tags["graph"]) == ([], [], False)
    assert "epoch/val_loss" in tags["scalars"]


def test_gradients_that_are_not_finite_are_counted_and_left_out(tmp_path, make_model, train, valid):
    class Spoil(Callback):
        def on_backward(self, trainer):
            if trainer.step == 5:
                gradients = list(trainer.model.parameters())
                gradients[0].grad[0, :3] = torch.tensor([float("nan"), float("inf"), -float("inf")])
                gradients[1].grad[:] = float("nan")

    board = TensorBoard(tmp_path, images=False, graph=False)
    with pytest.raises(FloatingPointError):  # from the second epoch's look at the loss
        trainer([Spoil(), board], epochs=2).fit(make_model(), train, valid)
    events = read(tmp_path)
    assert points(events, "epoch/gradients_not_finite")[6] == 3 + 16
    assert events.Histograms("gradients/1.weight")[0].histogram_value.num == 48 * 16 - 3
    assert "gradients/1.bias" not in events.Tags()["histograms"]


def test_gradients_of_16_bit_training_are_written_unscaled(tmp_path, make_model, train, valid):
    """The scaler of 16-bit floats multiplies the loss, and so the gradients, until the optimizer's step."""

    class Scale(Callback):
        def on_start(self, trainer):
            trainer.fabric.strategy.precision.scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)

        def on_backward(self, trainer):
            self.gradient = trainer.model.module[1].weight.grad.numpy().copy()

    scale = Scale()
    board = TensorBoard(tmp_path, images=False, graph=False)
    run = trainer([scale, board], epochs=1)
    run.fit(make_model(), train, valid)
    stored = read(tmp_path).Histograms("gradients/1.weight")[0].histogram_value
    assert_histogram(stored, scale.gradient / 1024)


def test_frozen_layers_have_weights_but_no_gradients(tmp_path, make_model, train, valid):
    model = make_model()
    model[1].weight.requires_grad = False
    trainer([TensorBoard(tmp_path, images=False, graph=False)], epochs=1).fit(model, train, valid)
    tags = read(tmp_path).Tags()["histograms"]
    assert "weights/1.weight" in tags
    assert "gradients/1.weight" not in tags


# Images


def test_after_each_epoch_there_are_images_with_what_the_model_says(tmp_path, make_model, train, valid):
    model = make_model(norm=True, dropout=0.5)
    run = trainer([TensorBoard(tmp_path, histograms=False, graph=False)])
    run.fit(model, train, valid)
    stored = read(tmp_path).Images("predictions")
    assert [event.step for event in stored] == [6, 12, 18]
    last = np.asarray(Image.open(io.BytesIO(stored[-1].encoded_image_string)))
    chosen = np.linspace(0, len(valid) - 1, 18).astype(int)
    names = np.array(valid.class_names)
    predicted = names[run.predict(model, valid).argmax(1).numpy()[chosen]]
    expected = draw_predictions(valid.images[chosen], list(predicted), list(names[valid.labels[chosen]]))
    np.testing.assert_array_equal(last, expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_grid_shows_the_pixels_and_marks_what_is_wrong(channels):
    pixels = np.zeros((2, 4, 4, channels), np.uint8)
    pixels[1] = 200
    right = draw_predictions(pixels, ["cat", "dog"], ["cat", "dog"])
    wrong = draw_predictions(pixels, ["cat", "cat"], ["cat", "dog"])
    assert right.shape == (130, 200, 3)
    assert right[80, 50].tolist() == [0, 0, 0]
    assert right[80, 150].tolist() == [200, 200, 200]
    np.testing.assert_array_equal(right[:, :100], wrong[:, :100])
    reddish = (wrong[..., 0].astype(int) - wrong[..., 2] > 50).nonzero()
    assert len(reddish[0])
    assert reddish[1].min() >= 100
    assert not (right[..., 0].astype(int) - right[..., 2] > 50).any()


def test_a_validation_set_smaller_than_the_grid_is_shown_whole(tmp_path, make_model, make_dataset, train):
    board = TensorBoard(tmp_path, histograms=False, graph=False)
    trainer([board], epochs=1).fit(make_model(), train, make_dataset(4))
    assert read(tmp_path).Images("predictions")[0].width == 400


# The graph


def test_the_graph_names_the_layers(tmp_path, make_model, train, valid):
    board = TensorBoard(tmp_path, histograms=False, images=False)
    trainer([board], epochs=1).fit(make_model(norm=True), train, valid)
    nodes = {node.name for node in read(tmp_path).Graph().node}
    for layer in ("Linear[1]", "BatchNorm1d[2]", "ReLU[3]", "Linear[5]"):
        assert any(layer in name for name in nodes), layer


def test_tracing_leaves_the_mode_of_every_part(make_model):
    model = make_model(norm=True).train()
    model[2].eval()  # as someone would who freezes batch norm
    trace(model, torch.ones(2, 3, 4, 4))
    assert [module.training for module in model] == [True, True, False, True, True, True]


def test_a_model_that_cannot_be_traced_is_named(tmp_path, make_model, train, valid):
    class Odd(nn.Sequential):
        def forward(self, x):
            if torch.jit.is_tracing():
                raise RuntimeError("not under a tracer")
            return super().forward(x)

    with pytest.raises(ValueError, match=r"cannot trace this model for its graph: use .*graph=False"):
        trainer([TensorBoard(tmp_path)]).fit(Odd(*make_model()), train, valid)


# Resuming


@pytest.mark.parametrize("killed_at", [8, 12, 15])
def test_a_resumed_run_writes_every_point_once(tmp_path, make_model, train, valid, killed_at):
    straight, resumed = tmp_path / "straight", tmp_path / "resumed"
    trainer([TensorBoard(straight, every_steps=1)]).fit(make_model(), train, valid)
    save = Checkpoint(tmp_path / "run.pt")
    killed = [TensorBoard(resumed, every_steps=1), save, KillAt(killed_at)]
    with pytest.raises(RuntimeError, match="killed"):
        trainer(killed).fit(make_model(), train, valid)
    rest = trainer([TensorBoard(resumed, every_steps=1)])
    rest.load(tmp_path / "run.pt")
    rest.fit(make_model(seed=9), train, valid)

    one, two = read(straight), read(resumed)
    assert one.Tags() == two.Tags()
    for tag in one.Tags()["scalars"]:
        if tag != "epoch/seconds":
            first, second = ([(e.step, e.value) for e in events.Scalars(tag)] for events in (one, two))
            assert first == second, tag
    for tag in one.Tags()["histograms"]:
        first, second = (
            [(e.step, e.histogram_value) for e in events.Histograms(tag)] for events in (one, two)
        )
        assert first == second, tag
    pictures = [
        [(e.step, e.encoded_image_string) for e in events.Images("predictions")] for events in (one, two)
    ]
    assert pictures[0] == pictures[1]


def test_a_new_run_hides_an_older_one_in_the_same_folder(tmp_path, make_model, train, valid):
    for epochs in (3, 1):
        trainer([TensorBoard(tmp_path, images=False)], epochs=epochs).fit(make_model(), train, valid)
    assert list(points(read(tmp_path), "epoch/val_loss")) == [6]


# The package tensorboard, and TensorFlow

FRESH = """
import sys
import numpy as np
from course_lib.data import Dataset
from course_lib.training import Recipe, TensorBoard, Trainer
from torch import nn
assert "tensorboard" not in sys.modules
pixels = np.random.default_rng(0).integers(0, 255, (32, 4, 4, 3), dtype=np.uint8)
data = Dataset("noise", "train", "Noise", pixels, np.arange(32) % 2, ("a", "b"))
model = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))
board = TensorBoard(sys.argv[1] + "/torch", every_steps=1)
Trainer(Recipe(epochs=1, lr=0.1, batch_size=16), [board], device="cpu").fit(model, data, data)
print("tensorflow" in sys.modules)
"""

# What Keras's callback writes with.
THEN_TENSORFLOW = """
import tensorflow as tf
with tf.summary.create_file_writer(sys.argv[1] + "/tensorflow").as_default():
    tf.summary.scalar("epoch_loss", 1.5, step=1)
    tf.summary.histogram("kernel", np.ones(3), step=1)
    tf.summary.image("kernel/image", np.ones((1, 3, 3, 1)), step=1)
Trainer(Recipe(epochs=1, lr=0.1, batch_size=16), [board], device="cpu").fit(model, data, data)
"""


def python(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_writing_does_not_load_tensorflow_and_leaves_tensorflow_able_to_write(tmp_path):
    assert python(FRESH + THEN_TENSORFLOW, tmp_path).split() == ["False"]
    assert "step/loss" in read(tmp_path / "torch").Tags()["scalars"]
    assert set(read(tmp_path / "tensorflow").Tags()["tensors"]) == {"epoch_loss", "kernel", "kernel/image"}


def test_a_missing_package_is_named_with_the_line_that_installs_it(tmp_path, monkeypatch):
    for name in [
        name for name in sys.modules if re.match(r"tensorboard\b|torch\.utils\.tensorboard\b", name)
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'tensorboard>=2\.20'"):
        TensorBoard(tmp_path)


def test_steps_below_one_are_refused(tmp_path):
    with pytest.raises(ValueError, match="every_steps must be at least 1, got 0"):
        TensorBoard(tmp_path, every_steps=0)

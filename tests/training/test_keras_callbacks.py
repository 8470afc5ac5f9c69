"""Keras's callbacks do what PyTorch's side does, and the histograms are those of the true gradients."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray
from torch import nn

from course_lib.training import EarlyStopping, History
from course_lib.training.keras_callbacks import GradientHistograms, keras_callbacks
from course_lib.twins import copy_weights

# Keras 3 reads its own variables in a way that NumPy 2 warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

# The lecture's run: reference/early_stopping_log.csv.
VAL_LOSS = [2.0277, 2.0812, 1.6854, 1.7588, 1.5521, 2.3100, 1.6531]
VAL_LOSS += [1.5167, 1.6290, 1.4406, 1.4379, 1.4644, 1.6171, 1.6657]
VAL_ACCURACY = [0.4108, 0.3932, 0.4714, 0.4670, 0.5194, 0.4256, 0.4866]
VAL_ACCURACY += [0.5316, 0.5162, 0.5752, 0.5750, 0.5876, 0.5528, 0.5560]


def counting_model():
    """A model whose only weight will say which epoch it is."""
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])


def play(callbacks, model, losses, accuracies):
    """Tell the callbacks of a run with these results; return how many epochs it had."""
    model.stop_training = False
    for callback in callbacks:
        callback.set_params({"epochs": len(losses)})
        callback.set_model(model)
        callback.on_train_begin()
    for epoch, (loss, accuracy) in enumerate(zip(losses, accuracies, strict=True)):
        model.layers[0].kernel.assign([[epoch + 1]])
        for callback in callbacks:
            callback.on_epoch_end(epoch, {"val_loss": loss, "val_accuracy": accuracy})
        if model.stop_training:
            break
    for callback in callbacks:
        callback.on_train_end()
    return epoch + 1


def ours(losses, patience):
    """How many epochs the run has with the callback of PyTorch's side, and its best epoch."""
    trainer, stopping = (
        SimpleNamespace(history=History(), epoch=0, stop=False),
        EarlyStopping(patience=patience),
    )
    stopping.on_start(trainer)
    for trainer.epoch, loss in enumerate(losses, start=1):
        stopping.on_epoch(trainer, {"epoch": trainer.epoch, "val_loss": loss})
        if trainer.stop:
            break
    return trainer.epoch, stopping.best_row["epoch"]


def test_the_lectures_run_stops_after_epoch_14_with_epoch_11_as_its_best(tmp_path):
    model = counting_model()
    later = [1.0] * 3  # epochs that must not come
    stopping, *_ = callbacks = keras_callbacks(tmp_path, patience=3)
    assert play(callbacks, model, VAL_LOSS + later, VAL_ACCURACY + later) == 14
    assert stopping.best_epoch + 1 == 11
    assert stopping.best == min(VAL_LOSS)
    assert model.layers[0].kernel.numpy() == 14  # the weights of the last epoch
    assert ours(VAL_LOSS + later, patience=3) == (14, 11)


def test_the_best_by_loss_and_the_best_by_accuracy_are_kept_at_once(tmp_path):
    play(keras_callbacks(tmp_path), counting_model(), VAL_LOSS, VAL_ACCURACY)
    found = {}
    for path in tmp_path.iterdir():
        fresh = counting_model()
        fresh.load_weights(path)
        found[path.name] = int(fresh.layers[0].kernel.numpy().item())
    assert found == {"best_val_loss.weights.h5": 11, "best_val_accuracy.weights.h5": 12}


def test_the_first_of_equal_epochs_is_kept(tmp_path):
    play(keras_callbacks(tmp_path), counting_model(), [2.0, 1.0, 1.0], [0.5, 0.5, 0.4])
    model = counting_model()
    model.load_weights(tmp_path / "best_val_loss.weights.h5")
    assert model.layers[0].kernel.numpy() == 2
    model.load_weights(tmp_path / "best_val_accuracy.weights.h5")
    assert model.layers[0].kernel.numpy() == 1


@settings(max_examples=40)
@given(losses=st.lists(st.integers(0, 6).map(float), min_size=1, max_size=15), patience=st.integers(1, 4))
def test_it_stops_when_ours_stops(losses, patience):
    stopping, _, _ = keras_callbacks("nowhere", patience)
    epochs = play([stopping], counting_model(), losses, losses)
    assert (epochs, stopping.best_epoch + 1) == ours(losses, patience)


@pytest.mark.parametrize("patience", [0, -1, 2.0, True])
def test_patience_must_be_a_whole_number(patience, tmp_path):
    with pytest.raises(ValueError, match="patience must be a whole number of at least 1 epoch"):
        keras_callbacks(tmp_path, patience)


@pytest.fixture
def watched(tmp_path):
    """A PyTorch model, its Keras twin with the callback, and the batch: images (N, C, H, W), labels."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1), nn.BatchNorm2d(5), nn.Tanh(), nn.Flatten(), nn.Linear(80, 4)
    )
    twin = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.Conv2D(5, 3, padding="same", name="first"),
            keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name="norm"),
            keras.layers.Activation("tanh"),
            keras.layers.Permute((3, 1, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(4, name="head"),
        ],
        name="net",
    )
    copy_weights(model, twin)
    images, labels = torch.randn(12, 3, 4, 4), torch.arange(12) % 4
    callback = GradientHistograms(tmp_path, images.permute(0, 2, 3, 1).numpy(), labels.numpy())
    callback.set_model(twin)
    return model, twin, callback, images, labels


def torch_gradients(model, images, labels):
    """The gradients of PyTorch's twin in training mode, with the paths and the axes of Keras."""
    model.train().zero_grad()
    nn.functional.cross_entropy(model(images), labels).backward()
    conv, norm, head = model[0], model[1], model[4]
    gradients = {
        "first/kernel": conv.weight.grad.permute(2, 3, 1, 0),
        "first/bias": conv.bias.grad,
        "norm/gamma": norm.weight.grad,
        "norm/beta": norm.bias.grad,
        "head/kernel": head.weight.grad.T,
        "head/bias": head.bias.grad,
    }
    return {f"net/{path}": gradient.numpy() for path, gradient in gradients.items()}


def read(folder):
    return EventAccumulator(str(folder)).Reload()


def test_the_gradients_are_those_of_pytorch_in_training_mode(watched):
    model, _, callback, images, labels = watched
    want, got = torch_gradients(model, images, labels), callback.gradients()
    assert set(got) == set(want)
    for path in want:
        np.testing.assert_allclose(got[path], want[path], atol=1e-6, err_msg=path)
        assert path.endswith("first/bias") or np.abs(want[path]).max() > 1e-3


def test_each_layer_and_epoch_has_a_histogram_of_its_gradients(watched, tmp_path):
    model, twin, callback, images, labels = watched
    callback.on_train_begin()
    wanted = []
    for epoch in range(3):
        wanted.append(torch_gradients(model, images, labels))
        callback.on_epoch_end(epoch, {})
        with torch.no_grad():  # what a step of training would do
            for parameter in model.parameters():
                parameter.mul_(1.5)
        copy_weights(model, twin)
    callback.on_train_end()
    events = read(tmp_path)
    for path in wanted[0]:
        if path == "net/first/bias":
            continue  # batch norm cancels it: its gradient is rounding errors
        found = events.Tensors(f"gradients/{path}")
        assert [event.step for event in found] == [0, 1, 2]
        for event, gradients in zip(found, wanted, strict=True):
            left, right, count = make_ndarray(event.tensor_proto).T
            values = gradients[path].ravel()
            assert left[0] == pytest.approx(values.min(), abs=1e-6)
            assert right[-1] == pytest.approx(values.max(), abs=1e-6)
            assert count.sum() == values.size
            expected, _ = np.histogram(values, bins=len(count), range=(values.min(), values.max()))
            # Rounding may put a value on the other side of an edge.
            assert np.abs(np.cumsum(count) - np.cumsum(expected)).max() <= 1


def test_the_run_is_the_same_as_without_it(watched, tmp_path):
    _, _, callback, _, _ = watched
    model = keras.Sequential(
        [
            keras.Input((4, 4, 3)),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Flatten(),
            keras.layers.Dense(4),
        ]
    )
    callback.set_model(model)
    before = [variable.numpy().copy() for variable in model.variables]
    first, second = callback.gradients(), callback.gradients()
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), old, err_msg=variable.path)
    assert any("seed" in variable.path for variable in model.non_trainable_variables)
    for path in first:  # the generator was put back, so the same units drop out
        np.testing.assert_array_equal(first[path], second[path])


def test_values_that_are_not_finite_are_counted_and_left_out(watched, tmp_path):
    _, twin, callback, _, _ = watched
    twin.get_layer("head").bias.assign([np.nan, 0, 0, 0])
    callback.on_train_begin()
    callback.on_epoch_end(0, {})
    callback.on_train_end()
    events = read(tmp_path)
    size = sum(np.prod(variable.shape) for variable in twin.trainable_variables)
    assert make_ndarray(events.Tensors("gradients_not_finite")[0].tensor_proto) == size
    assert [tag for tag in events.Tags()["tensors"] if tag.startswith("gradients/")] == []


def test_it_works_in_fit(watched, tmp_path):
    _, twin, callback, images, labels = watched
    twin.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    twin.fit(images.permute(0, 2, 3, 1).numpy(), labels.numpy(), epochs=2, verbose=0, callbacks=[callback])
    assert [event.step for event in read(tmp_path).Tensors("gradients/net/head/kernel")] == [0, 1]


def test_images_without_labels_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"a label for each image, .* got 3 images and 2 labels"):
        GradientHistograms(tmp_path, np.zeros((3, 4, 4, 3)), np.zeros(2))

"""Weights come from functional Keras models, whatever the order of their graph, and from layers that PyTorch splits."""

import keras
import numpy as np
import pytest
import torch
from torch import nn

from course_lib.twins import copy_weights


def functional(build, size=6, channels=4):
    """A Keras model of what `build` does to its input, with random weights."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((size, size, channels))
    model = keras.Model(inputs, build(inputs))
    for variable in model.weights:
        variable.assign(keras.random.uniform(variable.shape, 0.5, 1.5))
    return model


def assert_same(model, twin, again=None):
    copy_weights(twin, model)
    x = torch.randn(2, 4, 6, 6)
    theirs = np.asarray(twin(x.permute(0, 2, 3, 1).numpy(), training=False))
    ours = model.eval()(x).detach().permute(0, 2, 3, 1).numpy()
    assert theirs.std() > 0.05
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    # And back, into another like it.
    again = again or keras.models.clone_model(twin)
    for variable in again.weights:
        variable.assign(keras.ops.zeros(variable.shape))
    copy_weights(model, again)
    for first, second in zip(twin.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def depthwise():
    return nn.Conv2d(4, 4, 3, padding=1, groups=4)


def test_a_depthwise_convolution():
    assert_same(depthwise(), functional(keras.layers.DepthwiseConv2D(3, padding="same")))


def test_a_separable_convolution_is_two():
    twin = functional(keras.layers.SeparableConv2D(5, 3, padding="same"))
    first = nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False)
    assert_same(nn.Sequential(first, nn.Conv2d(4, 5, 1)), twin)


def test_a_grouped_convolution():
    twin = functional(keras.layers.Conv2D(6, 3, padding="same", groups=2))
    assert_same(nn.Conv2d(4, 6, 3, padding=1, groups=2), twin)


def test_batch_norm_without_scale():
    norm = nn.BatchNorm2d(4, eps=1e-3)
    norm.weight = None
    twin = functional(keras.layers.BatchNormalization(scale=False))
    assert_same(norm, twin)


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.short = nn.Conv2d(4, 4, 1)
        self.long = nn.Sequential(nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1))

    def forward(self, x):
        return self.short(x) + self.long(x)


def test_layers_are_matched_as_they_were_called_not_as_the_graph_is_sorted():
    def build(x):
        short = keras.layers.Conv2D(4, 1, name="short")(x)
        long = keras.layers.Conv2D(4, 1, name="second")(keras.layers.Conv2D(4, 1, name="first")(x))
        return short + long

    twin = functional(build)
    names = [layer.name for layer in twin.layers if layer.weights]
    assert names == ["first", "short", "second"], (
        "the graph's order is the called one: this test shows nothing"
    )
    # Not a clone: Keras calls a clone's layers in the graph's order.
    assert_same(Branching(), twin, again=functional(build))


def test_a_model_inside_a_model_stands_where_it_is_called_not_where_it_was_made():
    inside = keras.Input((6, 6, 4))
    inner = keras.Model(inside, keras.layers.Conv2D(4, 1)(inside))
    middle = [nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)]
    assert_same(nn.Sequential(*middle), functional(lambda x: inner(keras.layers.Conv2D(4, 1)(x))))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (keras.layers.Conv2D(4, 3), "must be a DepthwiseConv2D, got a Conv2D"),
        (keras.layers.DepthwiseConv2D(3, depth_multiplier=2), r"\(3, 3, 4, 1\), got \(3, 3, 4, 2\)"),
    ],
)
def test_another_kind_of_convolution_is_refused(layer, message):
    with pytest.raises(ValueError, match=message):
        copy_weights(depthwise(), functional(layer))


def test_other_groups_are_refused():
    twin = functional(keras.layers.Conv2D(8, 3, groups=4))
    with pytest.raises(ValueError, match="must have groups=2, got 4"):
        copy_weights(nn.Conv2d(4, 8, 3, groups=2), twin)


def test_a_separable_convolution_is_not_two_plain_ones():
    twin = functional(keras.layers.SeparableConv2D(5, 3))
    with pytest.raises(ValueError, match="must be a Conv2D, got a DepthwiseConv2D"):
        copy_weights(nn.Sequential(nn.Conv2d(4, 4, 3), nn.Conv2d(4, 5, 1)), twin)


def test_a_scale_that_keras_lacks_is_refused():
    twin = functional(keras.layers.BatchNormalization(scale=False))
    with pytest.raises(ValueError, match=r"weight must have shape \(4,\), got None"):
        copy_weights(twin, nn.BatchNorm2d(4))

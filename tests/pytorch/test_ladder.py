import pytest
import torch
from torch import nn

from course_lib import pytorch
from course_lib.architectures import LADDERS
from course_lib.architectures.ladder import ACTIVATIONS, INITIALIZERS, NORMS, stages
from course_lib.pytorch.initializers import initialize

PLAIN = LADDERS["plain_cnn"]


def build(channels=3, seed=0, **changes):
    torch.manual_seed(seed)
    return pytorch.build_row(PLAIN._replace(**changes), 10, channels)


def test_parameter_count_by_hand():
    kernels = 9 * (3 * 16 + 16 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 64 * 64)
    biases = 2 * (16 + 32 + 64)
    dense = 4 * 4 * 64 * 128 + 128 + 128 * 10 + 10
    assert PLAIN.params == kernels + biases + dense


@pytest.mark.parametrize("convolutions", [1, 3])
def test_shape_after_every_stage(convolutions):
    with torch.device("meta"):
        x, shapes = torch.empty(2, 3, 32, 32), []
        for stage in build(stages=stages(convolutions, width=8)):
            x = stage(x)
            shapes.append(tuple(x.shape))
    assert shapes == [(2, 8, 16, 16), (2, 16, 8, 8), (2, 32, 4, 4), (2, 512), (2, 128), (2, 10)]


FUNCTIONS = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "leaky_relu": nn.functional.leaky_relu,
    "elu": nn.functional.elu,
    "selu": nn.functional.selu,
    "gelu": nn.functional.gelu,
    "silu": nn.functional.silu,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_unit_is_convolution_norm_and_activation(name):
    unit = build(activation=name).stage1[1]
    x = torch.randn(2, 16, 8, 8)
    expected = FUNCTIONS[name](nn.functional.conv2d(x, unit.conv.weight, unit.conv.bias, padding=1))
    torch.testing.assert_close(unit(x), expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_activation_of_the_dense_layer_is_the_same(name):
    dense = build(activation=name).dense
    x = torch.randn(3, 1024)
    torch.testing.assert_close(dense(x), FUNCTIONS[name](dense[0](x)))


# What each norm makes mean 0 and deviation 1: axes of (N, C, H, W).
AXES = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}


@pytest.mark.parametrize("name", AXES)
def test_a_norm_standardizes_over_its_axes(name):
    unit = build(norm=name).stage1[1]
    y = unit.norm(unit.conv(torch.randn(8, 16, 8, 8) + 3))
    std, mean = torch.std_mean(y, AXES[name], correction=0)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-5, rtol=0)
    torch.testing.assert_close(std, torch.ones_like(std), atol=1e-3, rtol=0)


def test_layer_norm_keeps_what_differs_between_channels():
    unit = build(norm="layer").stage1[1]
    y = unit.norm(torch.randn(4, 16, 8, 8) + torch.arange(16).view(1, 16, 1, 1))
    assert (y[:, 8:].mean((1, 2, 3)) > 0.5).all()


def test_group_norm_has_eight_groups():
    unit = build(norm="group").stage1[1]
    y = unit.norm(unit.conv(torch.randn(8, 16, 8, 8) + 3)).view(8, 8, 2, 8, 8)
    torch.testing.assert_close(y.mean((2, 3, 4)), torch.zeros(8, 8), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", NORMS)
def test_only_a_convolution_without_a_norm_has_a_bias(name):
    assert (build(norm=name).stage2[0].conv.bias is None) == (name != "none")


def test_a_skip_adds_the_input_where_the_channels_fit():
    first, second = build(skips=True).stage2[:2]
    x = torch.randn(2, 16, 8, 8)
    torch.testing.assert_close(first(x), first.conv(x).relu())
    y = first(x)
    torch.testing.assert_close(second(y), (second.conv(y) + y).relu())


def test_dropout_comes_after_each_pooling_and_before_the_classifier():
    kinds = [
        [type(layer).__name__ for layer in part][-1]
        for part in build(dropout=0.5)[:5]
        if list(part.children())
    ]
    assert kinds == ["Dropout"] * 4
    assert not any(isinstance(layer, nn.Dropout) for layer in build().modules())


# The deviation of a normal or uniform draw for a layer with these fans.
DEVIATIONS = {
    "he_normal": lambda fan_in, fan_out: (2 / fan_in) ** 0.5,
    "xavier_uniform": lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5,
    "lecun_normal": lambda fan_in, fan_out: (1 / fan_in) ** 0.5,
    "small_normal": lambda fan_in, fan_out: 0.001,
    "large_normal": lambda fan_in, fan_out: 1.0,
    "default": lambda fan_in, fan_out: (1 / (3 * fan_in)) ** 0.5,
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers_draw_with_their_deviation(name):
    model = build(initializer=name)
    conv, dense = model.stage3[1].conv, model.dense[0]
    assert conv.weight.std().item() == pytest.approx(DEVIATIONS[name](9 * 64, 9 * 64), rel=0.02)
    assert dense.weight.std().item() == pytest.approx(DEVIATIONS[name](1024, 128), rel=0.02)
    assert (name == "default") or not conv.bias.any()


def test_the_classifier_starts_as_pytorch_makes_it():
    assert build(initializer="large_normal").classifier.weight.abs().max() <= 128**-0.5


@pytest.mark.parametrize("field", ["activation", "norm", "initializer"])
def test_an_unknown_word_is_refused_with_those_that_there_are(field):
    with pytest.raises(ValueError, match=f"{field} must be one of .*, got 'swish9'"):
        build(**{field: "swish9"})


def test_initialize_leaves_norms_alone():
    model = initialize(nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)), "he_normal")
    assert torch.equal(model[1].weight, torch.ones(4))

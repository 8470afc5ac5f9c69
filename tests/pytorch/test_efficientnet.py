from unittest import mock

import keras
import pytest
from agreement import (
    assert_mistake_shows,
    assert_stages_agree,
    assert_training_agrees,
    beside_torchvision,
    build_meta,
    change_epsilon,
    stage_shapes,
)
from hypothesis import given
from hypothesis import strategies as st
from keras.src.applications import efficientnet as keras_efficientnet
from torch import nn

from course_lib.architectures import EFFICIENTNETS
from course_lib.architectures.efficientnet import scale_channels

SMALL, LITE = "efficientnet_b0", "efficientnet_lite0"
INPUT_STATISTICS = 3 + 3 + 1  # means and variances of the colors, and a count of images
TORCHVISION = KERAS = [f"efficientnet_b{number}" for number in range(8)]
SIZES_32 = [*[(32, 32)] * 3, (16, 16), *[(8, 8)] * 2, *[(4, 4)] * 3, ()]


@pytest.fixture(scope="module")
def pair(torchvision):
    """A small variant of ours and torchvision's, side by side."""
    return beside_torchvision(torchvision, SMALL, 64)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def test_gradients_and_statistics_are_torchvisions_in_training(pair):
    assert_training_agrees(pair.model, pair.oracle, pair.x)


def move_a_stride(model):
    first, second = (stage[0].residual[1][0] for stage in (model.stage4, model.stage5))
    first.stride, second.stride = second.stride, first.stride


def drop_a_shortcut(model):
    model.stage2[1].skip = False


def squeeze_without_activation(model):
    model.stage1[0].residual[1].activation = nn.Identity()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_a_stride, "stage4"),
        (change_epsilon, "stem"),
        (drop_a_shortcut, "stage2"),
        (squeeze_without_activation, "stage1"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_running_statistics_and_those_of_the_input_too(name):
    model, _ = build_meta(name)
    running = sum(2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d))
    assert EFFICIENTNETS[name].keras_params == EFFICIENTNETS[name].params + running + INPUT_STATISTICS


@pytest.mark.parametrize("name", [name for name in EFFICIENTNETS if name.endswith("_32")])
def test_a_row_for_small_images_differs_in_strides_and_classifier(name):
    model, _ = build_meta(name)
    fewer = (1000 - 10) * (model.head[-1].in_features + 1)
    assert EFFICIENTNETS[name].params == EFFICIENTNETS[name.removesuffix("_32")].params - fewer
    assert [shape[1:] for shape in stage_shapes(name).values()] == SIZES_32


# Compound scaling


@pytest.mark.parametrize("name", TORCHVISION)
def test_every_variant_is_the_baseline_scaled_as_keras_scales_it(name):
    spec = EFFICIENTNETS[name]
    make = getattr(keras.applications, f"EfficientNet{name.removeprefix('efficientnet_').upper()}")
    with mock.patch.object(keras_efficientnet, "EfficientNet") as scaled:
        make(weights=None)
    width, depth, size, dropout = scaled.call_args.args[:4]
    assert (spec.width, spec.depth, spec.image_size, spec.dropout) == (width, depth, size, dropout)


@given(st.integers(1, 2000), st.floats(0.1, 4))
def test_scaled_channels_are_a_multiple_of_eight_and_lose_at_most_a_tenth(channels, factor):
    scaled = scale_channels(channels, factor)
    assert scaled % 8 == 0
    assert scaled >= 0.9 * channels * factor
    assert scaled <= 1.1 * channels * factor + 8


# EfficientNet-Lite


def test_lite_leaves_both_ends_of_its_depth_and_width_unscaled():
    scaled = EFFICIENTNETS[LITE]._replace(width=2.0, depth=2.0)
    assert (scaled.stem, scaled.features) == (32, 1280)
    assert [stage.blocks for stage in scaled.stages] == [1, 4, 4, 6, 6, 8, 1]
    assert [stage.channels for stage in scaled.stages] == [32, 48, 80, 160, 224, 384, 640]

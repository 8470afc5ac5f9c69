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
from torch import nn

from course_lib.architectures import MOBILENETS_V2

SMALL = "mobilenet_v2"
TORCHVISION = KERAS = [SMALL]
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


def activate_the_bottleneck(model):
    model.stage3[1].residual.append(nn.ReLU6())


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_a_stride, "stage4"),
        (change_epsilon, "stem"),
        (drop_a_shortcut, "stage2"),
        (activate_the_bottleneck, "stage3"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_running_statistics_too(name):
    model, _ = build_meta(name)
    running = sum(2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d))
    assert MOBILENETS_V2[name].keras_params == MOBILENETS_V2[name].params + running


@pytest.mark.parametrize("name", [name for name in MOBILENETS_V2 if name.endswith("_32")])
def test_a_row_for_small_images_differs_in_strides_and_classifier(name):
    model, _ = build_meta(name)
    fewer = (1000 - 10) * (model.head[-1].in_features + 1)
    assert MOBILENETS_V2[name].params == MOBILENETS_V2[name.removesuffix("_32")].params - fewer
    assert [shape[1:] for shape in stage_shapes(name).values()] == SIZES_32


def test_shape_after_every_stage():
    assert stage_shapes(SMALL) == {
        "stem": (32, 112, 112),
        "stage1": (16, 112, 112),
        "stage2": (24, 56, 56),
        "stage3": (32, 28, 28),
        "stage4": (64, 14, 14),
        "stage5": (96, 14, 14),
        "stage6": (160, 7, 7),
        "stage7": (320, 7, 7),
        "features": (1280, 7, 7),
        "head": (1000,),
    }

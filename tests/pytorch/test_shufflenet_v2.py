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

from course_lib.architectures import SHUFFLENETS_V2

SMALL = "shufflenet_v2_x0_5"
TORCHVISION = [name for name, spec in SHUFFLENETS_V2.items() if not spec.small_images]
SIZES_32 = [(32, 32), (16, 16), (8, 8), (4, 4), (4, 4), ()]


@pytest.fixture(scope="module")
def pair(torchvision):
    """A small variant of ours and torchvision's, side by side."""
    return beside_torchvision(torchvision, SMALL, 64)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def test_gradients_and_statistics_are_torchvisions_in_training(pair):
    assert_training_agrees(pair.model, pair.oracle, pair.x)


def move_a_stride(model):
    """Into the 1x1 convolution before, which then skips three pixels of four."""
    pointwise, depthwise = model.stage2[0].branch[0][0], model.stage2[0].branch[1][0]
    pointwise.stride, depthwise.stride = depthwise.stride, pointwise.stride


def drop_a_shortcut(model):
    model.stage3[0].shortcut[0] = nn.Sequential(nn.AvgPool2d(2), model.stage3[0].shortcut[0][1])


def forget_to_shuffle(model):
    model.stage1[1].shuffle = nn.Identity()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_a_stride, "stage2"),
        (change_epsilon, "stem"),
        (drop_a_shortcut, "stage3"),
        (forget_to_shuffle, "stage1"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize("name", [name for name in SHUFFLENETS_V2 if name.endswith("_32")])
def test_a_row_for_small_images_differs_in_strides_and_classifier(name):
    model, _ = build_meta(name)
    fewer = (1000 - 10) * (model.head[-1].in_features + 1)
    assert SHUFFLENETS_V2[name].params == SHUFFLENETS_V2[name.removesuffix("_32")].params - fewer
    assert [shape[1:] for shape in stage_shapes(name).values()] == SIZES_32


@pytest.mark.parametrize("name", TORCHVISION)
def test_shape_after_every_stage(name):
    spec = SHUFFLENETS_V2[name]
    first, second, third = spec.widths
    assert stage_shapes(name) == {
        "stem": (24, 56, 56),
        "stage1": (first, 28, 28),
        "stage2": (second, 14, 14),
        "stage3": (third, 7, 7),
        "features": (spec.features, 7, 7),
        "head": (1000,),
    }

import pytest
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_stages_agree,
    beside_torchvision,
    change_epsilon,
    stage_shapes,
)
from torch import nn

from course_lib.architectures import RESNEXTS

TORCHVISION = [name for name, spec in RESNEXTS.items() if spec.stem == "7x7"]


@pytest.fixture(scope="module")
def pair(torchvision):
    """Our ResNeXt-50 and torchvision's, side by side."""
    return beside_torchvision(torchvision, "resnext50_32x4d", 64)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def move_the_stride(model):
    first, second = (unit[0] for unit in model.stage3[0].residual[:2])
    first.stride, second.stride = second.stride, first.stride


def drop_a_shortcut(model):
    model.stage2[2].shortcut = Nothing()


def interleave_the_groups(model):
    """Every 32nd channel belongs to the same group, instead of neighbors."""
    unit = model.stage1[0].residual[0]
    unit[2] = nn.Sequential(nn.ReLU(), nn.ChannelShuffle(4))


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_the_stride, "stage3"),
        (change_epsilon, "stem"),
        (drop_a_shortcut, "stage2"),
        (interleave_the_groups, "stage1"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize(
    ("name", "sizes"), [("resnext50_32x4d", (56, 28, 14, 7)), ("resnext50_32x4d_32", (32, 16, 8, 4))]
)
def test_shape_after_every_stage(name, sizes):
    shapes = list(stage_shapes(name).values())
    channels = (256, 512, 1024, 2048)
    stages = [(c, size, size) for c, size in zip(channels, sizes, strict=True)]
    assert shapes == [(64, sizes[0], sizes[0]), *stages, (RESNEXTS[name].num_classes,)]


def test_the_row_for_small_images_differs_in_stem_and_classifier():
    stem, classifier = 3 * 64 * (7 * 7 - 3 * 3), (1000 - 10) * (2048 + 1)
    assert RESNEXTS["resnext50_32x4d_32"].params == RESNEXTS["resnext50_32x4d"].params - stem - classifier

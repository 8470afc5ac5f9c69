import pytest
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_stages_agree,
    beside_torchvision,
    change_epsilon,
    stage_shapes,
)

from course_lib import pytorch
from course_lib.architectures import REGNETS
from course_lib.pytorch.layers import SqueezeExcitation

TORCHVISION = [name for name, spec in REGNETS.items() if spec.stem_stride == 2]
SMALL = [name for name, spec in REGNETS.items() if spec.stem_stride == 1]


@pytest.fixture(scope="module", params=["regnet_x_400mf", "regnet_y_400mf"])
def pair(request, torchvision):
    """Our model and torchvision's, side by side."""
    return beside_torchvision(torchvision, request.param, 64)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def move_the_stride(model):
    first, second = (unit[0] for unit in model.stage2[0].residual[:2])
    first.stride, second.stride = second.stride, first.stride


def drop_a_shortcut(model):
    model.stage3[1].shortcut = Nothing()


@pytest.mark.parametrize(
    ("mistake", "where"), [(move_the_stride, "stage2"), (change_epsilon, "stem"), (drop_a_shortcut, "stage3")]
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize("name", TORCHVISION)
def test_stages_are_torchvisions(torchvision, name):
    spec = REGNETS[name]
    numbers = (spec.depth, spec.initial_width, spec.slope, spec.ratio, spec.group_width)
    params = torchvision.models.regnet.BlockParams.from_init_params(*numbers, se_ratio=spec.squeeze)
    assert spec.stages == list(zip(params.depths, params.widths, params.group_widths, strict=True))


def test_only_the_y_models_squeeze():
    for name in TORCHVISION:
        assert (REGNETS[name].squeeze is not None) == name.startswith("regnet_y_")
    squeezed = [
        layer.squeeze.out_channels
        for layer in pytorch.build("regnet_y_400mf").modules()
        if isinstance(layer, SqueezeExcitation)
    ]
    # A quarter of what enters the block, so a stage's first block squeezes more.
    assert squeezed == [8, 12, *[26] * 3, *[52] * 6, *[110] * 5]


@pytest.mark.parametrize(
    ("name", "sizes"), [("regnet_y_400mf", (112, 56, 28, 14, 7)), ("regnet_y_400mf_32", (32, 16, 8, 4, 2))]
)
def test_shape_after_every_stage(name, sizes):
    shapes = list(stage_shapes(name).values())
    channels = (32, 48, 104, 208, 440)
    stages = [(c, size, size) for c, size in zip(channels, sizes, strict=True)]
    assert shapes == [*stages, (REGNETS[name].num_classes,)]


@pytest.mark.parametrize("name", SMALL)
def test_a_row_for_small_images_differs_in_its_classifier(name):
    large = REGNETS[name.removesuffix("_32")]
    assert REGNETS[name].params == large.params - (1000 - 10) * (large.stages[-1].width + 1)

import pytest
import torch
from agreement import assert_mistake_shows, assert_stages_agree, beside_torchvision, operations, stage_shapes
from torch import nn

from course_lib import pytorch
from course_lib.architectures import SQUEEZENETS

TORCHVISION = ["squeezenet1_0", "squeezenet1_1"]

# The paper's table 1, parameters before pruning: conv1, fire2 to fire9, conv10.
PAPER = [14_208, 11_920, 12_432, 45_344, 49_440, 104_880, 111_024, 188_992, 197_184, 513_000]


@pytest.fixture(scope="module", params=TORCHVISION)
def pair(request, torchvision):
    """Our model and torchvision's, side by side."""
    return beside_torchvision(torchvision, request.param, 65)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def round_down(model):
    """The pooling before the first stage."""
    model.stem[0].padding = (0, 1)
    model.stage1[0].ceil_mode = False


def move_the_stride(model):
    """From the stem to the pooling behind it: the same shapes."""
    model.stem[0].stride, model.stage1[0].stride = (1, 1), 4


def swap_the_branches(model):
    branches = model.stage2[1][1].branches
    branches[0], branches[1] = branches[1], branches[0]


def forget_the_last_activation(model):
    model.head[2] = nn.Identity()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (round_down, "stem"),
        (move_the_stride, "stem"),
        (swap_the_branches, "stage2"),
        (forget_the_last_activation, "head"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_parameters_of_every_module_are_the_papers():
    with torch.device("meta"):
        model = pytorch.build("squeezenet1_0", num_classes=1000)
    fires = [layer for stage in (model.stage1, model.stage2, model.stage3) for layer in stage[1:]]
    assert [count(model.stem), *map(count, fires), count(model.head)] == PAPER


def test_version_1_1_takes_2_4_times_fewer_operations():
    assert operations("squeezenet1_0") / operations("squeezenet1_1") == pytest.approx(2.4, abs=0.1)


@pytest.mark.parametrize(
    ("name", "sides"), [("squeezenet1_0", (109, 54, 27, 13)), ("squeezenet1_1", (111, 55, 27, 13))]
)
def test_shape_after_every_stage(name, sides):
    channels = [stage[-1].out_channels for stage in SQUEEZENETS[name].stages]
    stages = [(count, side, side) for count, side in zip(channels, sides[1:], strict=True)]
    stem = (SQUEEZENETS[name].stem_channels, sides[0], sides[0])
    assert list(stage_shapes(name).values()) == [stem, *stages, (1000,)]


def test_small_images_keep_their_size_until_the_second_stage():
    shapes = [shape[1:] for shape in stage_shapes("squeezenet1_1_32").values()]
    assert shapes == [(32, 32), (32, 32), (16, 16), (8, 8), ()]
    assert SQUEEZENETS["squeezenet1_1_32"].params == SQUEEZENETS["squeezenet1_1"].params - 990 * (512 + 1)


def test_there_is_no_dense_layer():
    assert not any(isinstance(layer, nn.Linear) for layer in pytorch.build("squeezenet1_1").modules())


@pytest.mark.parametrize("name", SQUEEZENETS)
def test_the_smallest_image_is_the_smallest(name):
    smallest = SQUEEZENETS[name].smallest_image
    with torch.device("meta"):
        model = pytorch.build(name, image_size=smallest).eval()
        assert model(torch.empty(1, 3, smallest, smallest)).shape == (1, 10)
        with pytest.raises(RuntimeError, match=r"too small|greater than actual input size"):
            model(torch.empty(1, 3, smallest - 1, smallest - 1))
    with pytest.raises(ValueError, match=f"image_size must be at least {smallest} pixels"):
        pytorch.build(name, image_size=smallest - 1)

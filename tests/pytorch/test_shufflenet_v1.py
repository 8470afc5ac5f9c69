import pytest
import torch
from agreement import build_meta, operations, stage_shapes
from comparison import images
from torch import nn

from course_lib.architectures import SHUFFLENETS_V1
from course_lib.pytorch.shufflenet_v1 import ChannelShuffle, ShuffleUnit

TABLE_1 = [name for name, spec in SHUFFLENETS_V1.items() if spec.operations]
NAME = "shufflenet_v1_x1_0_g3"


def by_hand(name):
    """Parameters of a network, added up from the paper's description, unit by unit."""
    spec = SHUFFLENETS_V1[name]
    count, channels = 3 * 24 * 9 + 2 * 24, 24
    for stage, (width, depth) in enumerate(zip(spec.widths, spec.depths, strict=True)):
        for unit in range(depth):
            narrow = width // 4
            groups = 1 if stage == unit == 0 else spec.groups
            computed = width - channels if unit == 0 else width  # the first unit appends its input
            count += channels * narrow // groups + 9 * narrow + narrow * computed // spec.groups
            count += 2 * (narrow + narrow + computed)  # batch norm
            channels = width
    return count + channels * spec.num_classes + spec.num_classes


@pytest.mark.parametrize("name", SHUFFLENETS_V1)
def test_parameters_are_those_of_the_papers_units(name):
    assert SHUFFLENETS_V1[name].params == by_hand(name)


@pytest.mark.parametrize("name", TABLE_1)
def test_operations_are_the_papers(name):
    spec = SHUFFLENETS_V1[name]
    convolutions = operations(name) * 1e3 - spec.widths[-1] * spec.num_classes / 1e6  # without the classifier
    assert convolutions == pytest.approx(spec.operations, abs=0.6)


@pytest.mark.parametrize("name", TABLE_1)
def test_shapes_are_the_papers(name):
    first, second, third = SHUFFLENETS_V1[name].widths
    assert stage_shapes(name) == {
        "stem": (24, 56, 56),
        "stage1": (first, 28, 28),
        "stage2": (second, 14, 14),
        "stage3": (third, 7, 7),
        "head": (1000,),
    }


def test_small_images_keep_their_size_until_the_first_stage():
    sizes = [shape[1:] for shape in stage_shapes(f"{NAME}_32").values()]
    assert sizes == [(32, 32), (16, 16), (8, 8), (4, 4), ()]


@pytest.mark.parametrize("name", SHUFFLENETS_V1)
def test_all_but_the_first_1x1_convolution_are_grouped(name):
    model, _ = build_meta(name)
    stages = list(model.children())[1:-1]
    convolutions = [m for stage in stages for m in stage.modules() if isinstance(m, nn.Conv2d)]
    groups = [conv.groups for conv in convolutions if conv.kernel_size == (1, 1)]
    assert groups == [1] + [SHUFFLENETS_V1[name].groups] * (2 * 16 - 1)


def test_shuffling_gives_each_group_channels_of_all_groups():
    x = torch.arange(6.0).view(1, 6, 1, 1)
    assert ChannelShuffle(3)(x).flatten().tolist() == [0, 2, 4, 1, 3, 5]
    assert ChannelShuffle(2)(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]


def test_shuffling_is_torchs():
    x = images(2, 4, channels=12)
    for groups in (1, 2, 3, 4):
        assert torch.equal(ChannelShuffle(groups)(x), nn.ChannelShuffle(groups)(x))


def sees_all_groups(unit, channel):
    """Whether an output channel depends on inputs of all three groups."""
    x = images(1, 1, channels=36).requires_grad_()
    (seen,) = torch.autograd.grad(unit.residual(x)[0, channel].sum(), x)
    return bool(seen.view(3, 12).abs().sum(dim=1).gt(0).all())


def test_only_the_shuffle_lets_every_output_see_every_group_of_inputs():
    unit = ShuffleUnit(36, 36, stride=1, groups=3, first=False).eval()
    unit.residual[0][2] = nn.Identity()  # no unit is dead
    assert all(sees_all_groups(unit, channel) for channel in range(36))
    unit.residual[1] = nn.Identity()
    assert not any(sees_all_groups(unit, channel) for channel in range(36))


def test_a_unit_adds_its_input_and_a_halving_unit_appends_its_average():
    x = images(2, 8, channels=12)
    unit = ShuffleUnit(12, 12, stride=1, groups=3, first=False).eval()
    torch.testing.assert_close(unit(x), (x + unit.residual(x)).relu())
    halving = ShuffleUnit(12, 24, stride=2, groups=3, first=False).eval()
    y = halving(x)
    assert y.shape == (2, 24, 4, 4)
    torch.testing.assert_close(y[:, :12], nn.functional.avg_pool2d(x, 3, 2, 1).relu())
    torch.testing.assert_close(y[:, 12:], halving.residual(x).relu())

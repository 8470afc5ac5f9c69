import pytest
import torch
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_stages_agree,
    beside_torchvision,
    change_epsilon,
    operations,
    stage_shapes,
)
from comparison import randomize
from torch import nn

from course_lib.architectures import RESNETS, SE_RESNETS
from course_lib.pytorch.layers import SqueezeExcitation
from course_lib.twins import copy_state

LARGE = [name for name, spec in SE_RESNETS.items() if spec.stem == "7x7"]


@pytest.fixture(scope="module")
def pair(torchvision):
    """Our SE-ResNet-50 and one of torchvision's parts, side by side."""
    return beside_torchvision(torchvision, "se_resnet50", 64)


def test_outputs_are_those_of_torchvisions_parts_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def move_the_stride(model):
    first, second = (unit[0] for unit in model.stage2[0].residual[:2])
    first.stride, second.stride = second.stride, first.stride


def drop_a_shortcut(model):
    model.stage4[1].shortcut = Nothing()


def forget_the_excitation(model):
    model.stage3[1].residual[3] = nn.Identity()


def scale_the_sum(model):
    """Squeeze-and-excitation comes after the addition, instead of before it."""
    block = model.stage1[1]
    excite = block.residual[3]
    block.residual[3] = nn.Identity()
    block.relu = nn.Sequential(excite, nn.ReLU())


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_the_stride, "stage2"),
        (change_epsilon, "stem"),
        (forget_the_excitation, "stage3"),
        (scale_the_sum, "stage1"),
        (drop_a_shortcut, "stage4"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize("name", ["relu", "silu"])
def test_squeeze_and_excitation_is_torchvisions_with_its_gradients(torchvision, name):
    activation = {"relu": nn.ReLU, "silu": nn.SiLU}[name]
    oracle = randomize(torchvision.ops.SqueezeExcitation(16, 4, activation))
    ours = SqueezeExcitation(16, 4, activation)
    copy_state(oracle, ours)
    x, again = (torch.randn(3, 16, 5, 4, generator=torch.Generator().manual_seed(0)) for _ in range(2))
    ours(x.requires_grad_()).square().sum().backward()
    oracle(again.requires_grad_()).square().sum().backward()
    torch.testing.assert_close(ours(x), oracle(again))
    torch.testing.assert_close(x.grad, again.grad)
    for p, q in zip(ours.parameters(), oracle.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad)


@pytest.mark.parametrize("name", LARGE)
def test_the_blocks_add_what_the_paper_says(name):
    """Two layers, C to C / 16 and back, at the end of each block; one multiplication an image for each weight."""
    spec, plain = SE_RESNETS[name], name.removeprefix("se_")
    channels = [4 * width for width in (64, 128, 256, 512)]
    weights = sum(depth * 2 * c**2 // 16 for depth, c in zip(spec.depths, channels, strict=True))
    biases = sum(depth * (c // 16 + c) for depth, c in zip(spec.depths, channels, strict=True))
    assert spec.params == RESNETS[plain].params + weights + biases
    assert operations(name) - operations(plain) == pytest.approx(weights / 1e9, rel=1e-6)
    if name == "se_resnet50":
        assert round(weights / 1e6, 1) == 2.5  # the paper's "about 2.5 million additional parameters"


@pytest.mark.parametrize(
    ("name", "sizes"), [("se_resnet50", (56, 28, 14, 7)), ("se_resnet50_32", (32, 16, 8, 4))]
)
def test_shape_after_every_stage(name, sizes):
    shapes = list(stage_shapes(name).values())
    channels = (256, 512, 1024, 2048)
    stages = [(c, size, size) for c, size in zip(channels, sizes, strict=True)]
    assert shapes == [(64, sizes[0], sizes[0]), *stages, (SE_RESNETS[name].num_classes,)]


def test_the_row_for_small_images_differs_in_stem_and_classifier():
    stem, classifier = 3 * 64 * (7 * 7 - 3 * 3), (1000 - 10) * (2048 + 1)
    assert SE_RESNETS["se_resnet50_32"].params == SE_RESNETS["se_resnet50"].params - stem - classifier

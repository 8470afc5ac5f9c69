import pytest
import torch
from agreement import (
    assert_mistake_shows,
    assert_stages_agree,
    assert_training_agrees,
    beside_torchvision,
    stage_shapes,
)
from torch import nn

from course_lib import pytorch
from course_lib.architectures import CONVNEXTS

SMALL = "convnext_tiny"
TORCHVISION = [SMALL]
SIZES_32 = [(16, 16), (16, 16), (8, 8), (4, 4), (2, 2)]


@pytest.fixture(scope="module")
def pair(torchvision):
    """A small variant of ours and torchvision's, side by side."""
    return beside_torchvision(torchvision, SMALL, 64)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)


def test_gradients_and_statistics_are_torchvisions_in_training(pair):
    assert_training_agrees(pair.model, pair.oracle, pair.x)


def move_a_stride(model):
    model.stage3[1].stride = (1, 1)


def change_the_epsilon_of_layer_norm(model):
    for layer in model.modules():
        if isinstance(layer, nn.LayerNorm):
            layer.eps = 1e-2


def drop_a_shortcut(model):
    """What a block adds, alone."""
    block = model.stage4[3]
    block.register_forward_hook(lambda layer, inputs, output: output - inputs[0])


def drop_a_scale(model):
    model.stage1[1].layer_scale.data.fill_(1)


def approximate_gelu(model):
    model.stage2[2].dense[2].approximate = "tanh"


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_a_stride, "stage3"),
        (change_the_epsilon_of_layer_norm, "stem"),
        (drop_a_scale, "stage1"),
        (approximate_gelu, "stage2"),
        (drop_a_shortcut, "stage4"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


def test_shape_after_every_stage():
    assert stage_shapes(SMALL) == {
        "stem": (96, 56, 56),
        "stage1": (96, 56, 56),
        "stage2": (192, 28, 28),
        "stage3": (384, 14, 14),
        "stage4": (768, 7, 7),
        "head": (1000,),
    }
    assert [shape[1:] for shape in stage_shapes("convnext_tiny_32").values()] == [*SIZES_32, ()]


def test_a_row_for_small_images_differs_in_patches_and_classifier():
    patches, classifier = 3 * 96 * (4 * 4 - 2 * 2), (1000 - 10) * (768 + 1)
    assert CONVNEXTS["convnext_tiny_32"].params == CONVNEXTS[SMALL].params - patches - classifier


def test_every_block_begins_as_nearly_the_identity():
    block = pytorch.build(SMALL).stage1[0]
    x = torch.randn(1, 96, 8, 8)
    assert 0 < (block(x) - x).abs().max() < 1e-4

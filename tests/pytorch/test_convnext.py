import copy

import pytest
import torch
from agreement import assert_mistake_shows, assert_stages_agree, assert_training_agrees, stage_shapes
from comparison import images, outputs, randomize
from torch import nn
from torchvision_oracles import convnext_stages, oracle_pairs

from course_lib import pytorch
from course_lib.architectures import CONVNEXTS
from course_lib.twins import copy_state

SMALL = "convnext_tiny"
TORCHVISION = [SMALL]
SIZES_32 = [(16, 16), (16, 16), (8, 8), (4, 4), (2, 2)]


@pytest.fixture(scope="module")
def oracle(torchvision):
    """A small variant of torchvision's, with random weights and statistics."""
    make, _ = oracle_pairs(torchvision)[SMALL]
    return randomize(make(num_classes=10))


@pytest.fixture(scope="module")
def pair(oracle):
    """Our model with the same weights, what the oracle's stages give for an input, and the input."""
    model = pytorch.build(SMALL).eval()
    copy_state(oracle, model)
    x = images(2, 64)
    return model, outputs(convnext_stages(oracle), x), x


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(*pair)


def test_gradients_and_statistics_are_torchvisions_in_training(pair, oracle):
    model, _, x = pair
    assert_training_agrees(copy.deepcopy(model), copy.deepcopy(oracle), x)


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
    model, expected, x = pair
    assert_mistake_shows(model, expected, x, mistake, where)


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

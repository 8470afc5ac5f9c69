import pytest
import torch
from agreement import (
    assert_mistake_shows,
    assert_stages_agree,
    assert_training_agrees,
    beside_torchvision,
    build_meta,
    operations,
    published,
    settings,
)
from comparison import images
from torch import nn
from torchvision_oracles import oracle_pairs

from course_lib import architectures, pytorch
from course_lib.architectures import VITS
from course_lib.twins import copy_state

SMALL, LARGE = "vit_small_32", "vit_b_16"


@pytest.fixture(scope="module")
def pair(torchvision):
    """A small variant of ours and torchvision's, side by side."""
    return beside_torchvision(torchvision, SMALL, 32)


def test_outputs_are_torchvisions_after_every_stage(pair):
    assert_stages_agree(pair.model, pair.expected, pair.x)
    torch.testing.assert_close(pair.oracle(pair.x), pair.expected[-1])  # its stages were cut rightly


def test_gradients_are_torchvisions_in_training(pair):
    assert_training_agrees(pair.model, pair.oracle, pair.x)


def move_the_patches(model):
    """By a pixel; there are as many as before."""
    model.stem.patches.padding = (1, 1)


def change_the_epsilon_of_layer_norm(model):
    for layer in model.modules():
        if isinstance(layer, nn.LayerNorm):
            layer.eps = 1e-2


def forget_the_positions(model):
    model.stem.positions = nn.Identity()


def drop_a_shortcut(model):
    """What a block adds, alone."""
    model.stage3.register_forward_hook(lambda layer, inputs, output: output - inputs[0])


def halve_the_heads(model):
    attention = model.stage2.attention
    attention.num_heads, attention.head_dim = 1, attention.embed_dim


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_the_patches, "stem"),
        (change_the_epsilon_of_layer_norm, "stage1"),
        (forget_the_positions, "stem"),
        (halve_the_heads, "stage2"),
        (drop_a_shortcut, "stage3"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    assert_mistake_shows(pair.model, pair.expected, pair.x, mistake, where)


@pytest.mark.parametrize("name", VITS)
def test_every_layer_of_every_variant_is_set_as_torchvisions(torchvision, name):
    make, _ = oracle_pairs(torchvision)[name]
    model, _ = build_meta(name)
    with torch.device("meta"):
        oracle = make(num_classes=VITS[name].num_classes)
    assert settings(model) == settings(oracle)
    copy_state(oracle, model)  # the same tensors in the same order


def test_parameters_and_operations_are_torchvisions(torchvision):
    spec, says = VITS[LARGE], published(torchvision, LARGE)
    tokens = spec.patches + 1
    projections = 4 * tokens * spec.width**2  # queries, keys, values and outputs
    products = 2 * tokens**2 * spec.width  # queries with keys, weights with values
    attention = spec.depth * (projections + products) / 1e9
    assert spec.params == says["num_params"]
    assert operations(LARGE) + attention == pytest.approx(says["_ops"], abs=0.001)


def test_parameter_count_of_the_small_one_by_hand():
    width, hidden, tokens = 192, 768, 1 + 8 * 8
    stem = 3 * 4 * 4 * width + width + width + tokens * width
    attention = 4 * (width * width + width)
    dense = 2 * width * hidden + hidden + width
    norm = 2 * width
    assert VITS[SMALL].params == stem + 6 * (attention + dense + 2 * norm) + norm + width * 10 + 10


@pytest.mark.parametrize(("size", "tokens"), [(32, 65), (28, 50), (8, 5)])
def test_an_image_becomes_a_token_for_each_patch_and_one_for_its_class(size, tokens):
    model = pytorch.build(SMALL, num_classes=7, in_channels=1, image_size=size)
    x = model.stem(images(2, size, channels=1))
    assert x.shape == (2, tokens, 192)
    assert model.head(model.stage1(x)).shape == (2, 7)


def test_an_image_that_cannot_be_cut_into_patches_is_refused():
    with pytest.raises(ValueError, match="image_size must be a multiple of the patches' 4 pixels, got 30"):
        _ = architectures.find(SMALL, 30).patches


def test_images_of_another_size_are_refused():
    with pytest.raises(ValueError, match="expected images of 32 x 32 pixels, got 32 x 28: resize them"):
        pytorch.build(SMALL)(torch.zeros(1, 3, 32, 28))

import pytest
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_stages_agree,
    build_meta,
    change_epsilon,
    stage_shapes,
)
from comparison import images
from keras_oracles import oracles
from torch import nn

from course_lib import pytorch
from course_lib.architectures import RESNETS_V2

KERAS = [name for name, spec in RESNETS_V2.items() if spec.keras_params]


@pytest.fixture(scope="module")
def pair():
    """Our ResNet-50 V2, an input, and what Keras's stages give for it with the same weights."""
    found = oracles()["resnet50v2"]
    model, oracle = found.pair(pytorch.build("resnet50v2"), 64)
    x = images(2, 64)
    return model, x, found.expected(oracle, x)


def test_outputs_are_those_of_keras_after_every_stage(pair):
    model, x, expected = pair
    assert_stages_agree(model, expected, x)


def move_the_stride(model):
    """The 1x1 convolution of a stage's last block halves the image, instead of the 3x3."""
    first, second = model.stage1[-1].reduce[0], model.stage1[-1].spatial[0]
    first.stride, second.stride = second.stride, first.stride


def drop_a_shortcut(model):
    model.stage2[1].shortcut = Nothing()


def pad_as_pooling_does(model):
    """The largest of negative numbers and nothing, where Keras has the largest of negative numbers and zeros."""
    model.stem[1], model.stem[2] = nn.Identity(), nn.MaxPool2d(3, stride=2, padding=1)


def project_from_the_input(model):
    """The projection starts before the activation, as in the first ResNet."""
    block = model.stage3[0]
    block.shortcut = nn.Sequential(block.shortcut)
    block.shortcut.register_forward_pre_hook(lambda layer, inputs: (block.given,))
    block.register_forward_pre_hook(lambda layer, inputs: setattr(block, "given", inputs[0]))


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_the_stride, "stage1"),
        (change_epsilon, "stage1"),
        (drop_a_shortcut, "stage2"),
        (pad_as_pooling_does, "stem"),
        (project_from_the_input, "stage3"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


def test_shape_after_every_stage():
    assert stage_shapes("resnet50v2") == {
        "stem": (64, 56, 56),
        "stage1": (256, 28, 28),
        "stage2": (512, 14, 14),
        "stage3": (1024, 7, 7),
        "stage4": (2048, 7, 7),
        "head": (1000,),
    }


def test_small_images_keep_their_size_until_the_end_of_the_first_stage():
    shapes = [shape[1:] for shape in stage_shapes("resnet50v2_32").values()]
    assert shapes == [(32, 32), (16, 16), (8, 8), (4, 4), (4, 4), ()]


def test_the_row_for_small_images_differs_in_stem_and_classifier():
    stem, classifier = 3 * 64 * (7 * 7 - 3 * 3), (1000 - 10) * (2048 + 1)
    assert RESNETS_V2["resnet50v2_32"].params == RESNETS_V2["resnet50v2"].params - stem - classifier


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_running_statistics_too(name):
    model, _ = build_meta(name)
    running = sum(2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d))
    trainable = sum(p.numel() for p in model.parameters())
    assert RESNETS_V2[name].keras_params == trainable + running

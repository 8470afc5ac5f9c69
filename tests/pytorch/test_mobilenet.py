import pytest
from agreement import (
    assert_mistake_shows,
    assert_norms_agree,
    assert_stages_agree,
    build_meta,
    keras_total,
    shrink_epsilon,
    stage_shapes,
)
from comparison import images
from keras_oracles import build_oracle, oracles, outputs_of, share_weights
from torch import nn

from course_lib import pytorch
from course_lib.architectures import MOBILENETS

NAME = "mobilenet"


@pytest.fixture(scope="module")
def pair():
    """Our model, its oracle with the same weights, an input, and what the oracle's stages give for it."""
    found = oracles()[NAME]
    oracle, model = build_oracle(found.make, 64), pytorch.build(NAME)
    share_weights(model, oracle)
    x = images(2, 64)
    return model, oracle, x, outputs_of(oracle, found.stages(oracle), x)


def test_outputs_are_those_of_keras_after_every_stage(pair):
    model, _, x, expected = pair
    assert_stages_agree(model, expected, x)


def test_batch_norm_has_the_constants_of_keras(pair):
    assert_norms_agree(*pair[:2])


def move_a_stride(model):
    """Into the second convolution of the stage, of which both have the same padding."""
    first, second = (block[0] for block in model.stage3)
    first[0].stride, second[0].stride = second[0].stride, first[0].stride
    first[1].stride, second[1].stride = second[1].stride, first[1].stride


def pad_as_pytorch_does(model):
    unit = model.stage2[0][0]
    unit[0], unit[1].padding = nn.Identity(), (1, 1)


def never_stop_rectifying(model):
    model.stage1[0][1][3] = nn.ReLU()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_a_stride, "stage3"),
        (shrink_epsilon, "stem"),
        (pad_as_pytorch_does, "stage2"),
        (never_stop_rectifying, "stage1"),
    ],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, _, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


def test_keras_counts_running_statistics_too():
    model, _ = build_meta(NAME)
    assert keras_total(model) == MOBILENETS[NAME].keras_params


def test_shape_after_every_stage():
    assert stage_shapes(NAME) == {
        "stem": (32, 112, 112),
        "stage1": (64, 112, 112),
        "stage2": (128, 56, 56),
        "stage3": (256, 28, 28),
        "stage4": (512, 14, 14),
        "stage5": (1024, 7, 7),
        "head": (1000,),
    }


def test_a_row_for_small_images_differs_in_strides_and_classifier():
    assert MOBILENETS["mobilenet_32"].params == MOBILENETS[NAME].params - (1000 - 10) * (1024 + 1)
    sizes = [shape[1:] for shape in stage_shapes("mobilenet_32").values()]
    assert sizes == [*[(32, 32)] * 3, (16, 16), (8, 8), (4, 4), ()]

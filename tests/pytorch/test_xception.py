import pytest
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_norms_agree,
    assert_stages_agree,
    build_meta,
    keras_total,
    shrink_epsilon,
    stage_shapes,
)
from comparison import images
from keras.src.applications import xception as keras_xception
from keras_oracles import build_oracle, oracles, outputs_of, share_weights, short_loops
from torch import nn

from course_lib import pytorch
from course_lib.architectures import XCEPTIONS


@pytest.fixture(scope="module")
def pair():
    """Our model with two middle blocks, its oracle with the same weights, an input, and the oracle's stages."""
    found = oracles()["xception"]
    with short_loops(keras_xception, 2):
        oracle = build_oracle(found.make, 75)
    model = pytorch.build_row(XCEPTIONS["xception"]._replace(middle_blocks=2))
    share_weights(model, oracle)
    x = images(2, 75)
    return model, oracle, x, outputs_of(oracle, found.stages(oracle), x)


def test_outputs_are_those_of_keras_after_every_stage(pair):
    model, _, x, expected = pair
    assert_stages_agree(model, expected, x)


def test_batch_norm_has_the_constants_of_keras(pair):
    assert_norms_agree(*pair[:2])


def move_the_stride(model):
    """A convolution halves the size, instead of the pooling."""
    residual = model.stage2.residual
    residual[3][0].stride = 2
    residual[4], residual[5] = nn.Identity(), nn.MaxPool2d(kernel_size=3, stride=1, padding=1)


def change_an_epsilon(model):
    shrink_epsilon(model.stage3)


def drop_a_shortcut(model):
    model.stage4[1].shortcut = Nothing()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [(move_the_stride, "stage2"), (change_an_epsilon, "stage3"), (drop_a_shortcut, "stage4")],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, _, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


def test_keras_counts_running_statistics():
    model, _ = build_meta("xception")
    assert keras_total(model) == XCEPTIONS["xception"].keras_params


def test_shape_after_every_stage():
    assert stage_shapes("xception") == {
        "stem": (64, 147, 147),
        "stage1": (128, 74, 74),
        "stage2": (256, 37, 37),
        "stage3": (728, 19, 19),
        "stage4": (728, 19, 19),
        "stage5": (2048, 10, 10),
        "head": (1000,),
    }


def test_small_images_are_not_halved_by_the_stem():
    shapes = [shape[1:] for shape in stage_shapes("xception_32").values()]
    assert shapes == [(28, 28), (14, 14), (7, 7), (4, 4), (4, 4), (2, 2), ()]


def test_a_row_for_small_images_differs_in_the_classifier_alone():
    assert XCEPTIONS["xception_32"].params == XCEPTIONS["xception"].params - (1000 - 10) * (2048 + 1)

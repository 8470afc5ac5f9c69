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
from keras.src.applications import inception_resnet_v2
from keras_oracles import build_oracle, oracles, outputs_of, share_weights, short_loops

from course_lib import pytorch
from course_lib.architectures import INCEPTION_RESNETS

FULL, SMALL = INCEPTION_RESNETS["inceptionresnetv2"], INCEPTION_RESNETS["inceptionresnetv2_32"]


@pytest.fixture(scope="module")
def pair():
    """Our model with few blocks, its oracle with the same weights, an input, and the oracle's stages."""
    found = oracles()["inceptionresnetv2"]
    with short_loops(inception_resnet_v2, 1):
        oracle = build_oracle(found.make, 75)
    model = pytorch.build_row(FULL._replace(blocks=(1, 1, 2)))
    share_weights(model, oracle)
    x = images(2, 75)
    return model, oracle, x, outputs_of(oracle, found.stages(oracle), x)


def test_outputs_are_those_of_keras_after_every_stage(pair):
    model, _, x, expected = pair
    assert_stages_agree(model, expected, x)


def test_batch_norm_has_the_constants_of_keras(pair):
    assert_norms_agree(*pair[:2])


def move_the_stride(model):
    """The second of three convolutions halves the size, instead of the third."""
    _, second, third = (unit[0] for unit in model.stage2[0].branches[1])
    second.stride, second.padding = (2, 2), (0, 0)
    third.stride, third.padding = (1, 1), (1, 1)


def change_an_epsilon(model):
    shrink_epsilon(model.stem)


def drop_a_shortcut(model):
    """The last block passes on its residual alone."""
    block = model.stage3[-1]
    block.forward = lambda x: block.activation(block.scale * block.projection(block.branches(x)))


@pytest.mark.parametrize(
    ("mistake", "where"),
    [(move_the_stride, "stage2"), (change_an_epsilon, "stem"), (drop_a_shortcut, "stage3")],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, _, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


def test_keras_counts_running_statistics():
    model, _ = build_meta("inceptionresnetv2")
    assert keras_total(model) == FULL.keras_params


def test_shape_after_every_stage():
    assert stage_shapes("inceptionresnetv2") == {
        "stem": (192, 35, 35),
        "stage1": (320, 35, 35),
        "stage2": (1088, 17, 17),
        "stage3": (2080, 8, 8),
        "head": (1000,),
    }


def test_small_images_are_halved_once_by_the_stem():
    shapes = [shape[1:] for shape in stage_shapes("inceptionresnetv2_32").values()]
    assert shapes == [(12, 12), (12, 12), (5, 5), (2, 2), ()]


def test_a_row_for_small_images_differs_in_the_classifier_alone():
    assert SMALL.params == FULL.params - (1000 - 10) * (1536 + 1)

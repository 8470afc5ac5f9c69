"""Where Keras builds a model otherwise than torchvision does, ours is Keras's once the difference is made up for."""

import keras
import pytest
import torch
from agreement import Nothing, assert_mistake_shows, assert_stages_agree
from comparison import images
from keras_oracles import SamePad, oracles, set_epsilon
from torch import nn

from course_lib import pytorch
from course_lib.twins import copy_weights

SIZES = {"resnet50": 64, "densenet121": 64, "inception_v3": 75, "mobilenet_v2": 64, "efficientnet_b0": 70}


@pytest.fixture(scope="module", params=SIZES)
def pair(request):
    """The model's name, ours as Keras has it, an input, and what Keras's stages give."""
    name = request.param
    found = oracles()[name]
    model, oracle = found.pair(pytorch.build(name), SIZES[name])
    x = images(2, SIZES[name]).double() if found.double else images(2, SIZES[name])
    return name, model, x, found.expected(oracle, x)


def stride_as_torchvision_has_it(model):
    first, second = (unit[0] for unit in model.stage2[0].residual[:2])
    first.stride, second.stride = second.stride, first.stride


def count_the_padding(model):
    model.stage1[1].branches[3][0].count_include_pad = True


def pad_evenly(model):
    """As torchvision does; where an odd number of pixels is halved, there is no difference."""
    for unit in [m for m in model.modules() if isinstance(m, nn.Sequential)]:
        if isinstance(unit[0], SamePad):
            unit[1].padding, unit[0] = (unit[0].kernel_size // 2,) * 2, nn.Identity()


def torchs_epsilon(model):
    set_epsilon(model, 1e-5)


def drop_a_shortcut(model):
    model.stage1[1].shortcut = Nothing()


MISTAKES = {
    "resnet50": [(stride_as_torchvision_has_it, "stage2"), (drop_a_shortcut, "stage1")],
    "densenet121": [(lambda model: set_epsilon(model, 1e-3), "stem")],
    "inception_v3": [(count_the_padding, "stage1_1"), (torchs_epsilon, "stem")],
    "mobilenet_v2": [(pad_evenly, "stem"), (torchs_epsilon, "stem")],
    "efficientnet_b0": [(pad_evenly, "stem"), (torchs_epsilon, "stem")],
}


def test_outputs_are_those_of_keras_after_every_stage_and_what_torchvision_does_instead_shows(pair):
    name, model, x, expected = pair
    assert_stages_agree(model, expected, x)
    for mistake, where in MISTAKES[name]:
        assert_mistake_shows(model, expected, x, mistake, where)


def test_a_vggs_first_dense_layer_sees_places_before_channels():
    pixels = keras.Input((3, 3, 2))
    flat = keras.layers.Flatten()(keras.layers.Identity(name="block5_pool")(pixels))
    oracle = keras.Model(pixels, keras.layers.Dense(4, name="fc1")(flat))
    ours = nn.Sequential(nn.Flatten(), nn.Linear(18, 4))
    copy_weights(ours, oracle)
    oracles()["vgg16"].finish(oracle)
    x = torch.randn(5, 2, 3, 3)
    theirs = torch.from_numpy(oracle(x.permute(0, 2, 3, 1).numpy()).numpy())
    torch.testing.assert_close(ours(x), theirs)

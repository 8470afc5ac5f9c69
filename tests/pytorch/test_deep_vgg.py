import copy

import pytest
import torch
from agreement import assert_mistake_shows, assert_stages_agree, change_epsilon, stage_shapes
from comparison import images, outputs, randomize
from torch import nn
from torchvision_oracles import oracle_pairs

from course_lib import pytorch
from course_lib.architectures import DEEP_VGGS
from course_lib.twins import copy_state

TORCHVISION = [name for name in DEEP_VGGS if not name.endswith("_32")]
KERAS = {"vgg16": 138_357_544, "vgg19": 143_667_240}  # the model zoo's table


@pytest.fixture(scope="module", params=["vgg11", "vgg11_bn"])
def pair(request, torchvision):
    make, stages = oracle_pairs(torchvision)[request.param]
    with torch.device("meta"):
        oracle = make(num_classes=10, init_weights=False)
    # Narrow dense layers, so that a test takes no gigabyte.
    oracle.classifier[0], oracle.classifier[3] = nn.Linear(25_088, 64), nn.Linear(64, 64)
    oracle.classifier[6] = nn.Linear(64, 10)
    oracle = randomize(oracle.to_empty(device="cpu"))
    for layer in oracle.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.num_batches_tracked.zero_()
    model = pytorch.build_row(DEEP_VGGS[request.param]._replace(hidden_units=64), 10).eval()
    copy_state(oracle, model)
    x = images(2, 32)
    return model, x, outputs(stages(oracle), x)


def test_outputs_are_torchvisions_after_every_stage(pair):
    model, x, expected = pair
    assert_stages_agree(model, expected, x)


def move_a_pooling(model):
    """Halve the image before the last convolution of the second stage, not after it."""
    model.stage2 = model.stage2[-1:] + model.stage2[:-1]


def forget_an_activation(model):
    del model.stage3[-2]


def pad_with_the_border(model):
    model.stage1[0].padding_mode = "replicate"


@pytest.mark.parametrize(
    ("mistake", "where"),
    [(move_a_pooling, "stage2"), (forget_an_activation, "stage3"), (pad_with_the_border, "stage1")],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


@pytest.mark.parametrize("pair", ["vgg11_bn"], indirect=True)
def test_another_epsilon_shows_in_the_first_stage(pair):
    model, x, expected = pair
    model = copy.deepcopy(model)
    change_epsilon(model)
    with pytest.raises(AssertionError, match=r"^stage1: "):
        assert_stages_agree(model, expected, x)


@pytest.mark.parametrize("name", DEEP_VGGS)
def test_a_network_is_named_after_its_layers_with_weights(name):
    with torch.device("meta"):
        layers = list(pytorch.build(name).modules())
    convolutions = sum(isinstance(layer, nn.Conv2d) for layer in layers)
    dense = sum(isinstance(layer, nn.Linear) for layer in layers)
    assert (convolutions, convolutions + dense) == (
        DEEP_VGGS[name].convolutions,
        DEEP_VGGS[name].weight_layers,
    )
    assert name.split("_")[0] == f"vgg{convolutions + dense}"


def test_16_and_19_count_the_layers_with_weights_of_which_13_and_16_are_convolutions():
    counted = [(DEEP_VGGS[name].weight_layers, DEEP_VGGS[name].convolutions) for name in ("vgg16", "vgg19")]
    assert counted == [(16, 13), (19, 16)]


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_the_same(name):
    assert KERAS[name] == DEEP_VGGS[name].keras_params == DEEP_VGGS[name].params


@pytest.mark.parametrize("name", ["vgg11", "vgg16_bn"])
def test_shape_after_every_stage(name):
    assert stage_shapes(name) == {
        "stage1": (64, 112, 112),
        "stage2": (128, 56, 56),
        "stage3": (256, 28, 28),
        "stage4": (512, 14, 14),
        "stage5": (512, 7, 7),
        "pool": (25_088,),
        "dense": (4096,),
        "classifier": (1000,),
    }


@pytest.mark.parametrize("name", ["vgg11_bn_32", "vgg16_bn_32"])
def test_small_images_end_in_one_pixel_and_small_dense_layers(name):
    shapes = stage_shapes(name)
    assert (shapes["stage5"], shapes["dense"], shapes["classifier"]) == ((512, 1, 1), (512,), (10,))
    large = DEEP_VGGS[name.removesuffix("_32")]
    dense = 25_088 * 4096 + 4096 * 4096 + 4096 * 1000 + 4096 * 2 + 1000
    small = 512 * 512 * 2 + 512 * 10 + 512 * 2 + 10
    assert DEEP_VGGS[name].params == large.params - dense + small


def test_only_the_rows_with_batch_norm_have_it():
    for name in DEEP_VGGS:
        with torch.device("meta"):
            layers = list(pytorch.build(name).modules())
        norms = sum(isinstance(layer, nn.BatchNorm2d) for layer in layers)
        assert norms == (DEEP_VGGS[name].convolutions if "_bn" in name else 0)


def test_an_image_that_cannot_be_halved_five_times_is_refused():
    with pytest.raises(ValueError, match=r"image_size must be at least 32 pixels, .* got 31"):
        pytorch.build("vgg11_bn_32", image_size=31)

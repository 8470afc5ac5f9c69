import pytest
import torch
from agreement import assert_mistake_shows, assert_stages_agree, operations, published, stage_shapes
from comparison import images, outputs, randomize
from torch import nn
from torchvision_oracles import inception_stages, oracle_pairs

from course_lib import pytorch
from course_lib.architectures import INCEPTIONS
from course_lib.pytorch.googlenet import WithAuxiliary
from course_lib.twins import copy_state


@pytest.fixture(scope="module")
def twins(torchvision):
    make, _ = oracle_pairs(torchvision)["inception_v3_aux"]
    oracle = randomize(make(num_classes=10))
    model = pytorch.build("inception_v3_aux", num_classes=10).eval()
    copy_state(oracle, model)
    return model, oracle


@pytest.fixture(scope="module")
def pair(twins):
    model, oracle = twins
    x = images(2, 107)  # after stages 1 and 2 maps of 11 and 5 pixels
    return model, x, outputs(inception_stages(oracle), x)


def test_outputs_are_torchvisions_after_every_module(pair):
    model, x, expected = pair
    assert_stages_agree(model, expected, x)
    with torch.no_grad():
        torch.testing.assert_close(model(x), expected[-1], atol=1e-3, rtol=1e-4)


def test_the_auxiliary_head_is_torchvisions(twins):
    model, oracle = twins
    x = torch.rand(2, 768, 17, 17)
    with torch.no_grad():
        expected = oracle.AuxLogits(x)
        assert expected.std() > 0.05
        torch.testing.assert_close(model.aux1(x), expected, atol=1e-4, rtol=1e-4)


def test_the_auxiliary_head_answers_in_training_alone():
    with torch.device("meta"):
        model, x = pytorch.build("inception_v3_aux", num_classes=7), torch.empty(2, 3, 299, 299)
        logits, auxiliary = model(x)
        assert isinstance(model(x), WithAuxiliary)
        assert (logits.shape, [head.shape for head in auxiliary]) == ((2, 7), [(2, 7)])
        assert model.eval()(x).shape == (2, 7)


def move_the_stride(model):
    """From the second module's last convolution of a branch to the one before it."""
    first, last = (model.stage2[0].branches[1][i][0] for i in (1, 2))
    first.stride, last.stride = last.stride, first.stride
    first.padding, last.padding = (0, 0), (1, 1)


def take_torchs_epsilon(model):
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = 1e-5


def swap_a_row_and_a_column(model):
    row, column = (model.stage3[1].branches[1][1].branches[i] for i in (0, 1))
    row[0].padding, column[0].padding = (0, 1), (1, 0)
    model.stage3[1].branches[1][1].branches = nn.ModuleList([column, row])


def leave_out_the_padding_from_means(model):
    """As Keras does."""
    model.stage1[0].branches[3][0].count_include_pad = False


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (move_the_stride, "stage2_0"),
        (take_torchs_epsilon, "stem"),
        (swap_a_row_and_a_column, "stage3_1"),
        (leave_out_the_padding_from_means, "stage1_0"),
    ],
)
def test_a_mistake_shows_in_the_module_where_it_is_made(pair, mistake, where):
    model, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


def test_parameters_and_operations_are_torchvisions(torchvision):
    says = published(torchvision, "inception_v3")
    assert INCEPTIONS["inception_v3_aux"].params == says["num_params"]
    assert operations("inception_v3") == pytest.approx(says["_ops"], abs=0.001)
    head = 768 * 128 + 2 * 128 + 128 * 768 * 25 + 2 * 768 + 769 * 1000 - 1000 + 1000
    assert INCEPTIONS["inception_v3"].params == says["num_params"] - head


def test_keras_leaves_out_scales_and_counts_running_statistics():
    with torch.device("meta"):
        norms = [
            layer
            for layer in pytorch.build("inception_v3", 1000).modules()
            if isinstance(layer, nn.BatchNorm2d)
        ]
    channels = sum(norm.num_features for norm in norms)
    scales, statistics = channels, 2 * channels
    spec = INCEPTIONS["inception_v3"]
    assert channels == 17_216
    assert spec.keras_params == spec.params - scales + statistics == 23_851_784


def test_shape_after_every_stage():
    assert stage_shapes("inception_v3") == {
        "stem": (192, 35, 35),
        "stage1": (288, 35, 35),
        "stage2": (768, 17, 17),
        "stage3": (2048, 8, 8),
        "head": (1000,),
    }


def test_small_images_keep_their_size_in_the_first_convolutions():
    shapes = [shape[1:] for shape in stage_shapes("inception_v3_32").values()]
    assert shapes == [(12, 12), (12, 12), (5, 5), (2, 2), ()]
    assert INCEPTIONS["inception_v3_32"].params == INCEPTIONS["inception_v3"].params - 990 * (2048 + 1)


@pytest.mark.parametrize("name", INCEPTIONS)
def test_the_smallest_image_is_the_smallest(name):
    smallest = INCEPTIONS[name].smallest_image
    with torch.device("meta"):
        model = pytorch.build(name, image_size=smallest)
        model(torch.empty(2, 3, smallest, smallest))
        with pytest.raises((RuntimeError, ValueError), match=r"too small|actual input size"):
            model(torch.empty(2, 3, smallest - 1, smallest - 1))
    with pytest.raises(ValueError, match=f"image_size must be at least {smallest} pixels"):
        pytorch.build(name, image_size=smallest - 1)

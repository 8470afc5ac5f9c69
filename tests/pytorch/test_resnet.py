import pytest
import torch
from agreement import (
    Nothing,
    assert_mistake_shows,
    assert_stages_agree,
    build_meta,
    change_epsilon,
    stage_shapes,
)
from comparison import images, outputs, randomize
from torch import nn
from torchvision_oracles import oracle_pairs

from course_lib import pytorch
from course_lib.architectures import RESNETS
from course_lib.twins import copy_state

TORCHVISION = [name for name, spec in RESNETS.items() if spec.stem == "7x7"]
SMALL = [name for name, spec in RESNETS.items() if spec.stem == "3x3"]
KERAS = [name for name, spec in RESNETS.items() if spec.keras_params]


@pytest.fixture(scope="module", params=["resnet18", "resnet50", "resnet18_32"])
def pair(request, torchvision):
    """Our model with the weights of torchvision's, an input, and what torchvision's stages give for it."""
    make, stages = oracle_pairs(torchvision)[request.param.removesuffix("_32")]
    oracle = make(num_classes=10)
    if request.param in SMALL:  # torchvision has no such model, but its parts can be changed
        oracle.conv1 = nn.Conv2d(3, 64, kernel_size=3, padding=1, bias=False)
        oracle.maxpool = nn.Identity()
    oracle = randomize(oracle)
    model = pytorch.build(request.param, num_classes=10).eval()
    copy_state(oracle, model)
    x = images(2, 32 if request.param in SMALL else 64)
    return model, x, outputs(stages(oracle), x)


def test_outputs_are_torchvisions_after_every_stage(pair):
    model, x, expected = pair
    assert_stages_agree(model, expected, x)


def move_the_stride(model):
    """The second convolution of a stage's first block halves the image, instead of the first, or the reverse."""
    first, second = (unit[0] for unit in model.stage2[0].residual[:2])
    first.stride, second.stride = second.stride, first.stride


def drop_a_shortcut(model):
    model.stage1[1].shortcut = Nothing()


@pytest.mark.parametrize(
    ("mistake", "where"), [(move_the_stride, "stage2"), (change_epsilon, "stem"), (drop_a_shortcut, "stage1")]
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


@pytest.mark.parametrize(("name", "expansion"), [("resnet18", 1), ("resnet34", 1), ("resnet50", 4)])
def test_shape_after_every_stage(name, expansion):
    assert stage_shapes(name) == {
        "stem": (64, 56, 56),
        "stage1": (64 * expansion, 56, 56),
        "stage2": (128 * expansion, 28, 28),
        "stage3": (256 * expansion, 14, 14),
        "stage4": (512 * expansion, 7, 7),
        "head": (1000,),
    }


@pytest.mark.parametrize("name", SMALL)
def test_small_images_keep_their_size_until_the_second_stage(name):
    shapes = [shape[1:] for shape in stage_shapes(name).values()]
    assert shapes == [(32, 32), (32, 32), (16, 16), (8, 8), (4, 4), ()]


@pytest.mark.parametrize("name", SMALL)
def test_a_row_for_small_images_differs_in_stem_and_classifier(name):
    stem, classifier = 3 * 64 * (7 * 7 - 3 * 3), (1000 - 10) * (512 + 1)
    assert RESNETS[name].params == RESNETS[name.removesuffix("_32")].params - stem - classifier


@pytest.mark.parametrize("name", KERAS)
def test_keras_adds_biases_and_counts_running_statistics(name):
    model, _ = build_meta(name)
    biases = sum(layer.out_channels for layer in model.modules() if isinstance(layer, nn.Conv2d))
    running = sum(2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d))
    assert RESNETS[name].keras_params == RESNETS[name].params + biases + running


def count(*modules):
    """Parameters and running statistics, as Keras's summary counts them."""
    tensors = (t for module in modules for key, t in module.state_dict().items() if "num_batches" not in key)
    return sum(t.numel() for t in tensors)


def test_resnet34_has_the_counts_of_the_summary_row_by_row():
    with torch.device("meta"):
        model = pytorch.build("resnet34", num_classes=10)
    convolution, norm, *_ = model.stem
    units = [count(unit) for stage in list(model.children())[1:-1] for unit in stage]
    assert (count(convolution), count(norm)) == (9_408, 256)
    assert units == [
        *[74_240] * 3,
        *(230_912, *[295_936] * 3),
        *(920_576, *[1_181_696] * 5),
        *(3_676_160, *[4_722_688] * 2),
    ]
    assert count(model.head) == 5_130
    trainable = sum(p.numel() for p in model.parameters())
    assert (count(model), trainable, count(model) - trainable) == (21_306_826, 21_289_802, 17_024)

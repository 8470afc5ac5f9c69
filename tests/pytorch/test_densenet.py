import copy

import pytest
import torch
from agreement import assert_mistake_shows, assert_stages_agree, build_meta, change_epsilon, stage_shapes
from comparison import images, outputs, randomize
from torch import nn
from torchvision_oracles import densenet_stages, oracle_pairs

from course_lib import pytorch
from course_lib.architectures import DENSENETS
from course_lib.twins import copy_state

TORCHVISION = [name for name, spec in DENSENETS.items() if spec.stem == "7x7"]
SMALL = [name for name, spec in DENSENETS.items() if spec.stem == "3x3"]
KERAS = [name for name, spec in DENSENETS.items() if spec.keras_params]


def small(torchvision):
    """Torchvision's DenseNet with three blocks of two layers, for a row of the same sizes."""
    row = DENSENETS["densenet121"]._replace(blocks=(2, 2, 2), growth_rate=12, stem_channels=24)
    oracle = torchvision.models.DenseNet(12, (2, 2, 2), 24, num_classes=10)
    return pytorch.build_row(row), oracle


@pytest.fixture(scope="module", params=["densenet121", "two layers a block", "3x3"])
def pair(request, torchvision):
    """Our model with the weights of torchvision's, an input, and what torchvision's stages give for it."""
    if request.param == "densenet121":
        make, _ = oracle_pairs(torchvision)["densenet121"]
        model, oracle, size = pytorch.build("densenet121"), make(num_classes=10), 64
    else:
        (model, oracle), size = small(torchvision), 32
    if request.param == "3x3":  # torchvision has no such stem, but it is one convolution
        model.stem = pytorch.build("densenet100_32").stem
        oracle.features.conv0 = nn.Conv2d(3, 24, kernel_size=3, padding=1, bias=False)
        del oracle.features.norm0, oracle.features.relu0, oracle.features.pool0
    oracle = randomize(oracle)
    copy_state(oracle, model.eval())
    x = images(2, size)
    return model, x, outputs([copy.deepcopy(stage) for stage in densenet_stages(oracle)], x)


def test_outputs_are_torchvisions_after_every_stage(pair):
    model, x, expected = pair
    assert_stages_agree(model, expected, x)


def move_the_stride(model):
    """The first transition keeps the size, and so a later stage sees more pixels."""
    model.transition1[3].stride = 1


def change_an_epsilon(model):
    change_epsilon(model.stage2)


def forget_an_input(model):
    """A layer that passes on zeros where the earlier features belong."""
    layer = model.stage1[1]
    model.stage1[1] = Forgetful(layer.new)


class Forgetful(nn.Module):
    def __init__(self, new):
        super().__init__()
        self.new = new

    def forward(self, x):
        return torch.cat([torch.zeros_like(x), self.new(x)], dim=1)


@pytest.mark.parametrize(
    ("mistake", "where"),
    [(move_the_stride, "transition1"), (change_an_epsilon, "stage2"), (forget_an_input, "stage1")],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_running_statistics(name):
    model, _ = build_meta(name)
    running = sum(2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d))
    assert DENSENETS[name].keras_params == DENSENETS[name].params + running


def test_the_network_for_cifar_has_the_papers_size():
    assert round(DENSENETS["densenet100_32"].params / 1e6, 1) == 0.8
    model, _ = build_meta("densenet100_32")
    weight_layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(weight_layers) == 100


def test_shape_after_every_stage():
    assert stage_shapes("densenet121") == {
        "stem": (64, 56, 56),
        "stage1": (64 + 6 * 32, 56, 56),
        "transition1": (128, 28, 28),
        "stage2": (128 + 12 * 32, 28, 28),
        "transition2": (256, 14, 14),
        "stage3": (256 + 24 * 32, 14, 14),
        "transition3": (512, 7, 7),
        "stage4": (512 + 16 * 32, 7, 7),
        "head": (1000,),
    }


@pytest.mark.parametrize("name", SMALL)
def test_small_images_keep_their_size_until_the_first_transition(name):
    shapes = list(stage_shapes(name).values())
    assert [shape[1:] for shape in shapes[:3]] == [(32, 32), (32, 32), (16, 16)]

import csv
import io

import pytest
import torch
from agreement import assert_mistake_shows, assert_stages_agree, stage_shapes
from comparison import images, outputs, randomize
from torch import nn
from torchvision_oracles import oracle_pairs

from course_lib import pytorch
from course_lib.architectures import ALEXNETS
from course_lib.pytorch.alexnet import LocalResponseNorm
from course_lib.twins import copy_state

NARROW = {"hidden_units": 64}  # the dense layers, so that a test takes no gigabyte

# The lectures' table of the two-tower network.
LAYERS = """layer,type,maps,size,kernel,stride,padding
C1,convolution,96,55,11,4,valid
S2,max pooling,96,27,3,2,valid
C3,convolution,256,27,5,1,same
S4,max pooling,256,13,3,2,valid
C5,convolution,384,13,3,1,same
C6,convolution,384,13,3,1,same
C7,convolution,256,13,3,1,same
S8,max pooling,256,6,3,2,valid
"""


@pytest.fixture(scope="module")
def pair(torchvision):
    make, stages = oracle_pairs(torchvision)["alexnet"]
    with torch.device("meta"):
        oracle = make(num_classes=10)
    oracle.classifier[1], oracle.classifier[4] = nn.Linear(9216, 64), nn.Linear(64, 64)
    oracle.classifier[6] = nn.Linear(64, 10)
    oracle = randomize(oracle.to_empty(device="cpu"))
    model = pytorch.build_row(ALEXNETS["alexnet"]._replace(**NARROW), 10).eval()
    copy_state(oracle, model)
    x = images(2, 95)
    return model, x, outputs(stages(oracle), x)


def test_outputs_are_torchvisions_after_every_stage(pair):
    model, x, expected = pair
    assert_stages_agree(model, expected, x)


def move_the_stride(model):
    model.stage1[0].stride, model.stage1[2].stride = (2, 2), 4


def drop_a_pooling_overlap(model):
    model.stage2[2].kernel_size = 2


def forget_an_activation(model):
    model.stage4[1] = nn.Identity()


@pytest.mark.parametrize(
    ("mistake", "where"),
    [(move_the_stride, "stage1"), (drop_a_pooling_overlap, "stage2"), (forget_an_activation, "stage4")],
)
def test_a_mistake_shows_in_the_stage_where_it_is_made(pair, mistake, where):
    model, x, expected = pair
    assert_mistake_shows(model, expected, x, mistake, where)


def test_two_towers_have_the_layers_of_the_lectures_table():
    rows, size = [], 227
    with torch.device("meta"):
        model, x = pytorch.build("alexnet_two_towers", 1000), torch.empty(1, 3, size, size)
    for layer in [layer for stage in list(model.children())[:5] for layer in stage]:
        x = layer(x)
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
            kernel = layer.kernel_size[0] if isinstance(layer, nn.Conv2d) else layer.kernel_size
            stride = layer.stride[0] if isinstance(layer, nn.Conv2d) else layer.stride
            padding = layer.padding[0] if isinstance(layer, nn.Conv2d) else layer.padding
            rows.append([x.shape[1], x.shape[2], kernel, stride, {0: "valid", kernel // 2: "same"}[padding]])
    table = list(csv.reader(io.StringIO(LAYERS)))[1:]
    assert [[str(value) for value in row] for row in rows] == [row[2:] for row in table]
    dense = [layer.out_features for layer in model.modules() if isinstance(layer, nn.Linear)]
    assert dense == [4096, 4096, 1000]


def test_two_towers_have_60_million_parameters_and_one_tower_62():
    kernels = 96 * 3 * 11**2 + 256 * 48 * 5**2 + 384 * 256 * 9 + 384 * 192 * 9 + 256 * 192 * 9
    dense = 9216 * 4096 + 4096 * 4096 + 4096 * 1000
    biases = 96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000
    spec = ALEXNETS["alexnet_two_towers"]
    assert spec.params == kernels + dense + biases
    joined = spec._replace(convolutions=tuple(row._replace(groups=1) for row in spec.convolutions))
    with torch.device("meta"):
        count = sum(p.numel() for p in pytorch.build_row(joined, 1000).parameters())
    assert count - spec.params == 256 * 48 * 5**2 + 384 * 192 * 9 + 256 * 192 * 9


def towers(seed):
    torch.manual_seed(seed)
    row = ALEXNETS["alexnet_two_towers"]._replace(**NARROW)
    return randomize(pytorch.build_row(row, 10))


def test_the_towers_meet_in_the_third_convolution_and_not_before():
    model, x = towers(0), images(1, 99)
    before = outputs(list(model.children())[:3], x)
    with torch.no_grad():
        model.stage1[0].weight[:48] += 1  # half of C1: the first tower's maps
    after = outputs(list(model.children())[:3], x)
    for one, other, half in zip(before[:2], after[:2], (48, 128), strict=True):
        assert not torch.equal(one[:, :half], other[:, :half])
        torch.testing.assert_close(one[:, half:], other[:, half:], atol=0, rtol=0)
    assert not torch.equal(before[2][:, 192:], after[2][:, 192:])


def test_after_the_third_convolution_the_towers_are_apart_again():
    model = towers(0)
    x = torch.rand(1, 384, 5, 5)
    other = x.clone()
    other[:, :192] += 1
    for one, two in zip(*(outputs([model.stage4, model.stage5], y) for y in (x, other)), strict=True):
        half = one.shape[1] // 2
        assert not torch.equal(one[:, :half], two[:, :half])
        torch.testing.assert_close(one[:, half:], two[:, half:], atol=0, rtol=0)


def test_a_stage_of_two_towers_is_each_tower_computed_alone():
    stage, x = towers(0).stage2, torch.rand(2, 96, 9, 9)
    weights, biases = stage[0].weight.chunk(2), stage[0].bias.chunk(2)
    parts = []
    for half, weight, bias in zip(x.chunk(2, 1), weights, biases, strict=True):
        y = nn.functional.conv2d(half, weight, bias, padding=2).relu()
        parts.append(nn.functional.max_pool2d(LocalResponseNorm(1)(y), 3, 2))
    torch.testing.assert_close(stage(x), torch.cat(parts, 1))


@pytest.mark.parametrize("parts", [1, 2])
def test_local_response_norm_is_the_papers_formula(parts):
    x = torch.randn(2, 12, 3, 3) * 30
    size = 12 // parts
    expected = torch.empty_like(x)
    for i in range(12):
        first, last = max(0, i % size - 2), min(size - 1, i % size + 2)
        start = i // size * size
        squares = x[:, start + first : start + last + 1].square().sum(1)
        expected[:, i] = x[:, i] / (2 + 1e-4 * squares) ** 0.75
    torch.testing.assert_close(LocalResponseNorm(parts)(x), expected)


def test_an_input_of_224_gives_54_and_a_quarter_positions():
    with pytest.raises(ValueError, match=r"image_size 224 gives 54\.25 positions .* use 227"):
        pytorch.build("alexnet_two_towers", image_size=224)
    assert (224 - 11) / 4 + 1 == 54.25
    assert (227 - 11) / 4 + 1 == 55


@pytest.mark.parametrize("size", [227, 67])
def test_sizes_that_fit_are_built(size):
    with torch.device("meta"):
        row = ALEXNETS["alexnet_two_towers"]._replace(image_size=size)
        assert pytorch.build_row(row)(torch.empty(2, 3, size, size)).shape == (2, 10)


def test_with_padding_of_two_224_gives_55_positions():
    assert stage_shapes("alexnet")["stage1"] == (64, (55 - 3) // 2 + 1, (55 - 3) // 2 + 1)


def test_small_images_keep_their_size_in_the_first_stage():
    shapes = [shape[1:] for shape in stage_shapes("alexnet_32").values()]
    assert shapes == [(32, 32), (15, 15), (15, 15), (15, 15), (7, 7), (), (), ()]


@pytest.mark.parametrize(("name", "order"), [("alexnet_two_towers", "LRD"), ("alexnet", "DLR")])
def test_dropout_comes_after_the_papers_dense_layers_and_before_torchvisions(name, order):
    with torch.device("meta"):
        layers = pytorch.build(name).dense
    assert "".join(type(layer).__name__[0] for layer in layers) == order * 2
    assert {layer.p for layer in layers if isinstance(layer, nn.Dropout)} == {0.5}

"""The twins written by hand compute what the PyTorch models compute, stage by stage, and learn the same."""

import inspect

import keras
import pytest
import torch
from lines_of_code import count_lines
from torch import nn
from twin_parity import assert_training_agrees, assert_twins_agree, channels_last, double_images, share

from course_lib import architectures, keras_twins, pytorch
from course_lib.architectures.googlenet import InceptionSpec
from course_lib.keras_twins import googlenet, layers, mobilenet, resnet, se_resnet
from course_lib.pytorch import googlenet as torch_googlenet
from course_lib.pytorch import layers as torch_layers
from course_lib.pytorch import mobilenet as torch_mobilenet
from course_lib.pytorch import resnet as torch_resnet
from course_lib.pytorch import se_resnet as torch_se_resnet

# Images that are quick and have odd sizes somewhere; dense layers that are small; of like networks only one is deep.
SHALLOW = {"image_size": 33, "depths": (1, 2, 1, 1)}
SMALLER = {
    "alexnet_two_towers": {"image_size": 115, "hidden_units": 64},
    "alexnet": {"image_size": 160, "hidden_units": 64},  # 4x4 to 6x6 before the dense layers
    "alexnet_32": {"hidden_units": 64},
    "googlenet": {"image_size": 58},
    "googlenet_torchvision": {"image_size": 69},
    "googlenet_32": {"image_size": 16},
    "resnet18": SHALLOW | {"image_size": 65},
    "resnet34": {"image_size": 33},
    "resnet50": {"image_size": 33},
    "resnet101": SHALLOW,
    "resnet152": SHALLOW,
    "resnet18_32": {"image_size": 17},
    "resnet34_32": SHALLOW | {"image_size": 16},
    "se_resnet50": SHALLOW | {"image_size": 65},
    "se_resnet101": SHALLOW,
    "se_resnet152": SHALLOW,
    "se_resnet50_32": SHALLOW | {"image_size": 16},
    "mobilenet": {"image_size": 75},
    "mobilenet_32": {"image_size": 24},
}
ELSEWHERE = ("small_vgg", "plain_cnn")  # in tests/test_twins.py
NAMES = [name for name in keras_twins.by_hand_names() if name not in ELSEWHERE]


def both(name, **changes):
    """The model, its twin, and images, for 7 classes and other channels than the row has."""
    row = architectures.find(name)._replace(**changes)
    channels = 2 if getattr(row, "in_channels", 3) == 1 else 1 + 2 * ("resnet" in name)
    pair = [module.build_row(row, 7, channels) for module in (pytorch, keras_twins)]
    return *pair, double_images(3, row.image_size, channels)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("name", NAMES)
def test_twins_agree_after_every_stage(name):
    assert_twins_agree(*both(name, **SMALLER.get(name, {})))


WIDTHS = InceptionSpec(4, 3, 5, 2, 3, 2)
BLOCKS = {  # for images with 6 channels
    "residual unit": (lambda: torch_resnet.basic_block(6, 6, 1), lambda: resnet.basic_block(6, 6, 1)),
    "residual unit that projects": (
        lambda: torch_resnet.basic_block(6, 8, 2),
        lambda: resnet.basic_block(6, 8, 2),
    ),
    "bottleneck": (lambda: torch_resnet.bottleneck_block(6, 4, 2), lambda: resnet.bottleneck_block(6, 4, 2)),
    "SE": (lambda: torch_layers.SqueezeExcitation(6, 3), lambda: layers.squeeze_excitation(6, 3)),
    "SE with SiLU": (
        lambda: torch_layers.SqueezeExcitation(6, 3, nn.SiLU),
        lambda: layers.squeeze_excitation(6, 3, "silu"),
    ),
    "SE bottleneck": (
        lambda: torch_se_resnet.se_block(6, 4, 1, reduction=2),
        lambda: se_resnet.se_block(6, 4, 1, reduction=2),
    ),
    "Inception module": (
        lambda: torch_googlenet.inception(6, WIDTHS, 5, batch_norm=True),
        lambda: googlenet.inception(6, WIDTHS, 5, batch_norm=True),
    ),
    "separable convolution": (
        lambda: torch_mobilenet.separable_conv(6, 4, 2),
        lambda: mobilenet.separable_conv(4, 2),
    ),
    "grouped": (lambda: torch_layers.conv_bn_relu(6, 4, 5, 1, 2), lambda: layers.conv_bn_relu(4, 5, 1, 2)),
}


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_and_its_twin_learn_the_same(block):
    model, twin = (build() for build in BLOCKS[block])
    twin.build((None, 8, 8, 6))
    assert_training_agrees(model, twin, double_images(3, 8, 6))


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("hidden_units", [None, 7])
def test_a_transfer_head_is_pooling_and_one_or_two_dense_layers(hidden_units):
    hidden = [nn.Linear(6, 7), nn.ReLU(), nn.Dropout(0.3)] if hidden_units else []
    last = nn.Linear(7 if hidden_units else 6, 4)
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), *hidden, last)
    twin = layers.transfer_head(4, hidden_units, dropout=0.3)
    twin.build((None, 5, 5, 6))
    rates = [layer.rate for layer in twin.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.3] * len(hidden[:1])
    share(model, twin)
    x = double_images(3, 5, 6)
    torch.testing.assert_close(torch.tensor(twin(channels_last(x)).numpy()), model(x), rtol=1e-8, atol=1e-8)


@pytest.fixture(scope="module")
def resnet34():
    return keras_twins.build("resnet34", num_classes=10)


# Of the lecture's table: what comes out and how many parameters Keras counts, running statistics among them.
STEM = [((112, 112, 64), 9_408), ((112, 112, 64), 256), ((56, 56, 64), 0)]
UNITS = [
    *[((56, 56, 64), 74_240)] * 3,
    *[((28, 28, 128), 230_912), *[((28, 28, 128), 295_936)] * 3],
    *[((14, 14, 256), 920_576), *[((14, 14, 256), 1_181_696)] * 5],
    *[((7, 7, 512), 3_676_160), *[((7, 7, 512), 4_722_688)] * 2],
]
HEAD = [((512,), 0), ((10,), 5_130)]


def rows(parts, shape):
    """(shape, count) after each layer but those that pad and activate, which the table joins with their neighbors."""
    found = []
    for part in parts:
        for layer in part.layers:
            shape = layer.compute_output_shape(shape)
            if not isinstance(layer, keras.layers.ZeroPadding2D | keras.layers.ReLU):
                found.append((shape[1:], layer.count_params()))
    return found


def test_resnet34_is_the_lectures_row_by_row(resnet34):
    assert rows(resnet34.layers, (None, 224, 224, 3)) == STEM + UNITS + HEAD
    assert resnet34.count_params() == 21_306_826 == sum(count for _, count in STEM + UNITS + HEAD)


def test_resnet34_trains_all_but_the_running_statistics(resnet34):
    trainable = sum(variable.shape.num_elements() for variable in resnet34.trainable_variables)
    channels = 64 + 64 * 2 * 3 + 128 * (2 * 4 + 1) + 256 * (2 * 6 + 1) + 512 * (2 * 3 + 1)
    assert trainable == 21_289_802 == resnet34.count_params() - 2 * channels


def test_resnet_is_built_in_under_40_lines():
    assert 20 < count_lines(inspect.getsource(resnet)) < 40


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras's way to write a file
def test_saved_blocks_are_the_same_when_they_are_read(tmp_path):
    blocks = [layers.LocalResponseNorm(), se_resnet.se_block(4, 4, 2, reduction=2)]
    twin = keras.Sequential([keras.Input((8, 8, 4)), *blocks, googlenet.inception(16, WIDTHS, 5, True)])
    twin.save(tmp_path / "twin.keras")
    again = keras.models.load_model(tmp_path / "twin.keras")
    x = channels_last(double_images(2, 8, 4).float())
    assert (again(x).numpy() == twin(x).numpy()).all()


def test_the_norm_of_responses_has_its_own_constants_after_reading():
    norm = layers.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.0, towers=2)
    again = layers.LocalResponseNorm.from_config(norm.get_config())
    assert [getattr(again, name) for name in ("size", "alpha", "beta", "k", "towers")] == [
        3,
        0.1,
        0.5,
        2.0,
        2,
    ]


@pytest.mark.parametrize("name", keras_twins.PYTORCH_ALONE)
def test_what_pytorch_alone_has_is_refused(name):
    assert name not in keras_twins.names()
    with pytest.raises(ValueError, match=r"lenet5 with course_lib\.pytorch|in PyTorch alone"):
        keras_twins.build(name)


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("alexnet", 62, "image_size must be at least 63"),
        ("alexnet_two_towers", 224, "gives 54.25 positions"),
        ("googlenet", 30, "image_size must be at least 31"),
        ("lenet5_modern", 15, "image_size must be at least 16"),
    ],
)
def test_sizes_that_leave_nothing_are_refused(name, size, message):
    with pytest.raises(ValueError, match=message):
        keras_twins.build(name, image_size=size)

import pytest
import torch

from course_lib import architectures, pytorch
from course_lib.architectures import VGGS
from course_lib.pytorch.vgg import build_vgg


def count(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@pytest.mark.parametrize("name", architectures.names())
def test_parameter_count_is_the_tables(name):
    spec = architectures.find(name)
    with torch.device("meta"):  # shapes only: no memory, no time
        model = pytorch.build(name, spec.num_classes, getattr(spec, "in_channels", 3))
    assert count(model) == spec.params


def test_parameter_count_by_hand():
    convolutions = 9 * (3 * 32 + 32 * 32 + 32 * 64 + 64 * 64)
    norms = 2 * (32 + 32 + 64 + 64 + 512)
    dense = 8 * 8 * 64 * 512 + 512 * 10 + 10
    assert VGGS["small_vgg"].params == convolutions + norms + dense


@pytest.mark.parametrize(("size", "channels"), [(32, 3), (28, 1), (8, 1)])
def test_shape_after_every_stage(size, channels):
    with torch.device("meta"):
        x, shapes = torch.empty(2, channels, size, size), {}
        for name, stage in pytorch.build("small_vgg", 7, channels, size).eval().named_children():
            x = stage(x)
            shapes[name] = tuple(x.shape)
    half, quarter = size // 2, size // 4
    assert shapes == {
        "stage1": (2, 32, half, half),
        "stage2": (2, 64, quarter, quarter),
        "flatten": (2, 64 * quarter**2),
        "dense": (2, 512),
        "classifier": (2, 7),
    }


def test_each_convolution_is_followed_by_batch_norm_and_activation():
    kinds = [type(m).__name__ for m in pytorch.build("small_vgg").modules() if not list(m.children())]
    conv = ["Conv2d", "BatchNorm2d", "ReLU"]
    stage = [*conv, *conv, "MaxPool2d", "Dropout"]
    assert kinds == [*stage, *stage, "Flatten", "Linear", "BatchNorm1d", "ReLU", "Dropout", "Linear"]


def test_dropout_rates_are_the_tables():
    rates = [m.p for m in pytorch.build("small_vgg").modules() if isinstance(m, torch.nn.Dropout)]
    assert rates == [0.25, 0.25, 0.5]


def test_every_parameter_gets_a_gradient():
    model = pytorch.build("small_vgg", image_size=8)
    model(torch.randn(4, 3, 8, 8)).sum().backward()
    assert all(p.grad is not None for p in model.parameters())


def test_another_row_makes_another_network():
    spec = VGGS["small_vgg"]._replace(stages=((8,), (16,), (32,)), hidden_units=20, image_size=16)
    model = build_vgg(spec, num_classes=4, in_channels=1)
    assert model(torch.randn(2, 1, 16, 16)).shape == (2, 4)


def test_names_are_those_of_the_tables():
    assert pytorch.names() == architectures.names()


@pytest.mark.parametrize("sizes", [{"num_classes": 0}, {"in_channels": -1}, {"num_classes": 2.5}])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match=f"{next(iter(sizes))} must be a whole number of at least 1"):
        pytorch.build("small_vgg", **sizes)

import pytest
import torch
from torch import nn

from course_lib import pytorch
from course_lib.architectures import BATCH_NORM_MLPS

ROW = BATCH_NORM_MLPS["bn_mlp"]


def model(**changes):
    torch.manual_seed(0)
    return pytorch.build_row(ROW._replace(**changes), 10, 1)


def keras_count(layer):
    """All numbers of a layer, as Keras's summary counts them: running statistics too."""
    return sum(t.numel() for name, t in layer.state_dict().items() if "num_batches" not in name)


def test_batch_norm_layers_have_the_lectures_counts():
    norms = [layer for layer in model().modules() if isinstance(layer, nn.BatchNorm1d)]
    assert [keras_count(norm) for norm in norms] == [3_136, 1_200, 400]


def test_total_trainable_and_other_parameters_are_the_lectures():
    trainable = sum(p.numel() for p in model().parameters())
    total = keras_count(model())
    assert (total, trainable, total - trainable) == (271_346, 268_978, 2_368)
    assert (ROW.keras_params, ROW.params) == (total, trainable)


def test_shape_after_every_stage():
    x, shapes = torch.randn(2, 1, 28, 28), {}
    for name, stage in model().named_children():
        x = stage(x)
        shapes[name] = tuple(x.shape)
    assert shapes == {"stem": (2, 784), "stage1": (2, 300), "stage2": (2, 100), "head": (2, 10)}


@pytest.mark.parametrize("training", [True, False])
def test_it_computes_what_the_layers_say(training):
    net = model().train(training)
    for norm in net.modules():
        if isinstance(norm, nn.BatchNorm1d):
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, 0, 0.3)

    def normalized(x, norm):
        mean = x.mean(0) if training else norm.running_mean.clone()
        variance = x.var(0, correction=0) if training else norm.running_var.clone()
        return (x - mean) / (variance + 1e-5).sqrt() * norm.weight + norm.bias

    images = torch.randn(8, 1, 28, 28)
    x = normalized(images.reshape(8, 784), net.stem[1])
    for dense, _, norm in (net.stage1, net.stage2):
        x = normalized((x @ dense.weight.T + dense.bias).clamp(min=0), norm)
    expected = x @ net.head.weight.T + net.head.bias
    torch.testing.assert_close(net(images), expected, atol=1e-4, rtol=1e-4)


def test_the_first_batch_norm_standardizes_the_pixels():
    pixels = torch.rand(64, 1, 28, 28) * 255
    std, mean = torch.std_mean(model().stem(pixels), 0, correction=0)
    torch.testing.assert_close(mean, torch.zeros(784), atol=1e-4, rtol=0)
    torch.testing.assert_close(std, torch.ones(784), atol=1e-4, rtol=0)


def test_another_row_makes_another_network():
    net = pytorch.build_row(ROW._replace(hidden_units=(20,), image_size=8), 4, 3)
    assert net(torch.randn(2, 3, 8, 8)).shape == (2, 4)

"""The twins compute the same: with random weights, batch-norm statistics and scales, stage by stage."""

import copy
from typing import NamedTuple

import keras
import numpy as np
import pytest
import torch
from torch import nn

from course_lib import architectures, keras_twins, pytorch
from course_lib.twins import copy_weights

SIZES = [("small_vgg", 32, 3), ("small_vgg", 28, 1), ("small_vgg", 8, 1), ("plain_cnn", 32, 3)]
LADDER = [
    *({"norm": norm, "skips": True} for norm in ("batch", "layer", "instance", "group")),
    *({"activation": name} for name in ("sigmoid", "tanh", "leaky_relu", "elu", "selu", "gelu", "silu")),
    {"dropout": 0.5, "stages": ((8,), (8, 16))},
]


def randomized(model):
    """Give batch norm statistics and scales far from 0 and 1, so that no stage maps everything near zero."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm | nn.InstanceNorm2d):
                for tensor in (module.weight, getattr(module, "running_var", None)):
                    if tensor is not None:
                        tensor.uniform_(0.5, 1.5)
                for tensor in (module.bias, getattr(module, "running_mean", None)):
                    if tensor is not None:
                        tensor.normal_(0, 0.3)
    return model.eval()


def built(name, size, channels, **changes):
    torch.manual_seed(0)
    row = architectures.find(name, size)._replace(**changes)
    return randomized(pytorch.build_row(row, 10, channels)), keras_twins.build_row(row, 10, channels)


def channels_last(tensor):
    array = tensor.detach().numpy()
    return array.transpose(0, 2, 3, 1) if array.ndim == 4 else array


@pytest.fixture(scope="module")
def digits_twins():
    model, twin = built("small_vgg", 8, 1)
    copy_weights(model, twin)
    return model, twin


def test_every_model_is_built_in_pytorch():
    assert pytorch.names() == architectures.names()
    for name in architectures.names():
        assert type(architectures.find(name)) in pytorch.BUILDERS


def assert_stages_agree(model, twin, size, channels):
    copy_weights(model, twin)
    x = torch.randn(4, channels, size, size)
    y = channels_last(x)
    stages, layers = list(model.named_children()), twin.layers
    assert [stage_name for stage_name, _ in stages] == [layer.name for layer in layers]
    for (stage_name, stage), layer in zip(stages, layers, strict=True):
        x, y = stage(x), layer(y, training=False)
        assert x.std() > 0.05, "a stage that maps everything near one value proves nothing"
        np.testing.assert_allclose(np.asarray(y), channels_last(x), atol=1e-4, err_msg=stage_name)


@pytest.mark.parametrize(("name", "size", "channels"), SIZES)
def test_twins_agree_after_every_stage(name, size, channels):
    # Without norms PyTorch's default weights shrink the signal.
    changes = {} if name == "small_vgg" else {"initializer": "he_normal"}
    assert_stages_agree(*built(name, size, channels, **changes), size, channels)


@pytest.mark.parametrize("changes", LADDER, ids=str)
def test_twins_of_the_ladder_agree_after_every_stage(changes):
    assert_stages_agree(*built("plain_cnn", 16, 3, **{"initializer": "he_normal", **changes}), 16, 3)


def test_twins_agree_on_the_gradient_step_of_batch_norm_statistics(digits_twins):
    """In training mode both move their running statistics by a tenth, so the momenta mean the same."""
    model, twin = copy.deepcopy(digits_twins[0]), keras_twins.build("small_vgg", 10, 1, 8)
    copy_weights(model, twin)
    x = torch.randn(64, 1, 8, 8)
    norm, keras_norm = model.stage1[0][1], twin.layers[0].layers[0].layers[1]
    features = model.stage1[0][0](x)
    norm.train()(features)
    keras_norm(channels_last(features), training=True)
    np.testing.assert_allclose(keras_norm.moving_mean.numpy(), norm.running_mean.numpy(), atol=1e-5)
    # PyTorch keeps the unbiased variance and Keras the biased one: n / (n - 1) apart, with n = 64 * 8 * 8.
    np.testing.assert_allclose(keras_norm.moving_variance.numpy(), norm.running_var.numpy(), rtol=1e-3)


def test_weights_come_back_unchanged(digits_twins):
    model, twin = digits_twins
    other = pytorch.build("small_vgg", 10, 1, 8)
    copy_weights(twin, other)
    for name, tensor in model.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(tensor, other.state_dict()[name]), name


def test_the_twin_has_the_same_number_of_trainable_parameters(digits_twins):
    model, twin = digits_twins
    ours = sum(p.numel() for p in model.parameters())
    assert sum(np.prod(v.shape) for v in twin.trainable_variables) == ours


def test_other_sizes_are_refused_and_nothing_is_copied():
    model, _ = built("small_vgg", 8, 1)
    wider = keras_twins.build("small_vgg", 3, 1, 8)
    before = wider.layers[0].get_weights()
    with pytest.raises(
        ValueError, match=r"the twin of classifier\.weight must have shape \(512, 10\), got \(512, 3\)"
    ):
        copy_weights(model, wider)
    for old, new in zip(before, wider.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_another_number_of_layers_is_refused(digits_twins):
    with pytest.raises(ValueError, match="has 1 layers with weights and the Keras model has 11"):
        copy_weights(nn.Linear(2, 2), digits_twins[1])


def test_another_kind_of_layer_is_refused():
    twin = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization()])
    with pytest.raises(
        ValueError, match="is a Linear, so its twin must be a Dense, got a BatchNormalization"
    ):
        copy_weights(nn.Sequential(nn.Linear(2, 2)), twin)


def test_a_missing_bias_is_refused():
    twin = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False)])
    with pytest.raises(ValueError, match=r"0\.bias must have shape \(2,\), got None"):
        copy_weights(nn.Sequential(nn.Linear(2, 2)), twin)


def test_an_unknown_kind_of_layer_is_refused(digits_twins):
    with pytest.raises(TypeError, match=r"copy_weights knows Conv2d, .* but layer 0 is PReLU"):
        copy_weights(nn.Sequential(nn.PReLU()), digits_twins[1])


def test_two_models_of_one_framework_are_refused(digits_twins):
    with pytest.raises(TypeError, match="got Sequential and Sequential"):
        copy_weights(digits_twins[0], digits_twins[0])


def test_a_model_without_a_twin_is_refused():
    class OtherSpec(NamedTuple):
        num_classes: int = 10

    with pytest.raises(ValueError, match="no Keras model of this OtherSpec: there are small_vgg, plain_cnn"):
        keras_twins.build_row(OtherSpec())


def test_an_unknown_twin_gets_the_nearest_names():
    with pytest.raises(ValueError, match="did you mean small_vgg"):
        keras_twins.build("small-vgg")

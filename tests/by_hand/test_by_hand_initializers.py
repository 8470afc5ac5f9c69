"""Initializers equal PyTorch's draw for draw, have the variance of their formula, and keep signals alive."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.by_hand import (
    GAINS,
    fans,
    he_normal,
    he_uniform,
    keras_fans,
    lecun_normal,
    lecun_uniform,
    xavier_normal,
    xavier_uniform,
)

SHAPES = [(40, 60), (64, 32, 3, 3), (10, 6, 5)]
# Initializer, the variance by fan_in and fan_out, and what draws the same in torch.
NORMALS = [
    (xavier_normal, lambda i, o: 2 / (i + o), nn.init.xavier_normal_, {}),
    (he_normal, lambda i, o: 2 / i, nn.init.kaiming_normal_, {"nonlinearity": "relu"}),
    (lecun_normal, lambda i, o: 1 / i, nn.init.kaiming_normal_, {"nonlinearity": "linear"}),
]
UNIFORMS = [
    (xavier_uniform, lambda i, o: 2 / (i + o), nn.init.xavier_uniform_, {}),
    (he_uniform, lambda i, o: 2 / i, nn.init.kaiming_uniform_, {"nonlinearity": "relu"}),
    (lecun_uniform, lambda i, o: 1 / i, nn.init.kaiming_uniform_, {"nonlinearity": "linear"}),
]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("shape", SHAPES)
def test_fans_equal_those_of_torch(shape):
    assert fans(shape) == nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 7))
def test_fans_count_the_connections_of_a_convolution(out, into, kernel):
    """Each of out·K·K outputs in reach of an input, and each of in·K·K inputs of an output, has one weight."""
    fan_in, fan_out = fans((out, into, kernel, kernel))
    assert fan_in * out == fan_out * into == out * into * kernel**2
    assert keras_fans((kernel, kernel, into, out)) == (fan_in, fan_out)


def test_adding_the_first_two_axes_is_not_the_sum_of_the_fans():
    """The known mistake: 3 + 3 = 6 in Keras's order, and weights 12 times too large."""
    assert sum(keras_fans((3, 3, 32, 64))) == 864
    assert sum((3, 3, 32, 64)[:2]) == 6
    assert math.sqrt(864 / 6) == 12


def test_a_bias_has_no_fans():
    with pytest.raises(ValueError, match=r"got \(10,\): start biases and scales at a constant"):
        fans((10,))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("initializer", "variance", "twin", "options"), NORMALS + UNIFORMS)
def test_the_same_generator_gives_the_weights_that_torch_gives(initializer, variance, twin, options, shape):
    expected = twin(torch.empty(shape), generator=seeded(), **options)
    torch.testing.assert_close(initializer(shape, seeded()), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("gain", [1.0, 5 / 3, 4.0])
@pytest.mark.parametrize(("initializer", "twin"), [(rows[0][0], rows[0][2]) for rows in (NORMALS, UNIFORMS)])
def test_the_gain_multiplies_the_deviation_as_in_torch(initializer, twin, gain):
    expected = twin(torch.empty(40, 60), gain=gain, generator=seeded())
    torch.testing.assert_close(initializer((40, 60), seeded(), gain=gain), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(300, 500), (128, 64, 5, 5)])
@pytest.mark.parametrize(("initializer", "variance", "twin", "options"), NORMALS + UNIFORMS)
def test_mean_and_variance_are_those_of_the_formula(initializer, variance, twin, options, shape):
    weights = initializer(shape, seeded(1))
    expected = variance(*fans(shape))
    assert weights.var().item() == pytest.approx(expected, rel=0.02)  # over 150,000 draws: 5 deviations
    assert abs(weights.mean().item()) < 5 * math.sqrt(expected / weights.numel())


@pytest.mark.parametrize(("initializer", "variance", "twin", "options"), UNIFORMS)
def test_uniform_weights_fill_the_range_up_to_their_bound(initializer, variance, twin, options):
    bound = math.sqrt(3 * variance(*fans((300, 500))))
    largest = initializer((300, 500), seeded()).abs().max().item()
    assert 0.999 * bound < largest <= bound * (1 + 1e-6)


@pytest.mark.parametrize("layer", [nn.Linear(500, 300), nn.Conv2d(32, 64, 3)])
def test_pytorch_starts_a_layer_with_a_sixth_of_the_variance_of_he(layer):
    """Kaiming uniform with a = √5: the bound is 1/√fan_in."""
    fan_in, _ = fans(layer.weight.shape)
    nn.init.kaiming_uniform_(twin := torch.empty_like(layer.weight), a=math.sqrt(5), generator=seeded())
    torch.manual_seed(0)
    layer.reset_parameters()
    assert torch.equal(layer.weight, twin)
    assert 0.999 / math.sqrt(fan_in) < layer.weight.abs().max().item() <= (1 + 1e-6) / math.sqrt(fan_in)
    torch.testing.assert_close(
        he_uniform(layer.weight.shape, seeded()) / math.sqrt(6), twin, atol=1e-7, rtol=1e-6
    )


@pytest.mark.parametrize("name", GAINS)
def test_gains_are_those_of_pytorch(name):
    theirs = {"logistic": "sigmoid"}.get(name, name)
    assert GAINS[name].pytorch == nn.init.calculate_gain(theirs)


@pytest.mark.parametrize(
    ("name", "function"), [("linear", nn.Identity()), ("tanh", torch.tanh), ("logistic", torch.sigmoid)]
)
def test_glorots_gain_is_one_over_the_slope_at_zero(name, function):
    slope = torch.autograd.functional.jacobian(function, torch.tensor(0.0)).item()
    assert GAINS[name].glorot == 1 / slope


def propagate(initializer, activation, layers=30, width=256):
    """Return activations (layers, 500, width) of a deep network without biases, for standard normal inputs."""
    generator = seeded(2)
    x = torch.randn(500, width, generator=generator)
    outputs = []
    for _ in range(layers):
        x = activation(x @ initializer((width, width), generator).T)
        outputs.append(x)
    return torch.stack(outputs)


@pytest.mark.parametrize("initializer", [he_normal, he_uniform])
def test_he_keeps_signals_through_relu_and_xavier_lets_them_vanish(initializer):
    kept = (propagate(initializer, torch.relu) ** 2).mean((1, 2))
    assert 0.3 < kept.min() < kept.max() < 3
    vanished = (propagate(xavier_normal, torch.relu) ** 2).mean((1, 2))
    assert math.log2(vanished[-1]) == pytest.approx(-30, abs=1)  # halved by each layer


@pytest.mark.parametrize("initializer", [lecun_normal, lecun_uniform])
def test_lecun_with_selu_keeps_mean_zero_and_variance_one(initializer):
    outputs = propagate(initializer, nn.functional.selu)
    assert outputs.mean((1, 2)).abs().max() < 0.1
    assert 0.8 < outputs.var((1, 2)).min() < outputs.var((1, 2)).max() < 1.2

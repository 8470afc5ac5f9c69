"""Where Keras does the same by another name, and where it does something else: facts that the pages tell."""

import math
import os

import pytest
import torch

from course_lib.by_hand import (
    AdaGrad,
    Momentum,
    Nesterov,
    RMSProp,
    RunningStatistics,
    batch_norm_forward,
    clip_by_norm,
    clip_by_value,
    he_normal,
    keras_fans,
    l1_penalty,
    l2_penalty,
    update_running,
    walk,
)


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    return keras


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def gradients(draw):
    return [3 * draw(4, 3), draw(5), 10 * draw(2, 2, 2)]


def test_keras_starts_a_layer_with_xavier_uniform(keras):
    for layer, shape in [(keras.layers.Dense(300), (2, 500)), (keras.layers.Conv2D(64, 3), (2, 8, 8, 32))]:
        keras.utils.set_random_seed(0)
        layer.build(shape)
        kernel = torch.tensor(layer.kernel.numpy())
        bound = math.sqrt(6 / sum(keras_fans(kernel.shape)))
        assert 0.999 * bound < kernel.abs().max().item() <= bound * (1 + 1e-6)
        assert not layer.bias.numpy().any()


def test_keras_cuts_he_normal_off_at_two_deviations_and_keeps_the_variance(keras):
    weights = torch.tensor(keras.initializers.HeNormal(seed=0)((500, 300)).numpy())
    assert weights.var().item() == pytest.approx(2 / 500, rel=0.02)
    widened = math.sqrt(2 / 500) / 0.87962566  # the deviation of N(0, 1) cut off at 2
    assert 1.99 * widened < weights.abs().max().item() <= 2 * widened
    assert he_normal((300, 500), seeded()).abs().max().item() > 4 * math.sqrt(2 / 500)


def test_keras_with_momentum_nine_tenths_gathers_the_same_mean_and_the_biased_variance(keras, draw):
    layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    own = RunningStatistics(torch.zeros(6), torch.ones(6))
    for _ in range(5):
        x = (3 * draw(4, 3, 5, 6) + 2).float()
        expected = torch.tensor(layer(x.numpy(), training=True).numpy())
        y, cache = batch_norm_forward(x.permute(0, 3, 1, 2), torch.ones(6), torch.zeros(6))
        torch.testing.assert_close(y.permute(0, 2, 3, 1), expected, rtol=1e-4, atol=1e-5)
        own = update_running(own, cache, momentum=0.1, unbiased=False)
    mean, variance = (torch.tensor(v.numpy()) for v in (layer.moving_mean, layer.moving_variance))
    torch.testing.assert_close(own.mean, mean, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(own.variance, variance, rtol=1e-5, atol=1e-6)


def test_penalties_equal_those_of_keras(keras, draw):
    W = draw(3, 4).float()
    for penalty, twin in [
        (l1_penalty, keras.regularizers.L1(0.03)),
        (l2_penalty, keras.regularizers.L2(0.03)),
    ]:
        assert penalty(W, 0.03).item() == pytest.approx(float(twin(W.numpy())), rel=1e-5)


def test_keras_calls_it_global_clipnorm_and_its_clipnorm_takes_each_tensor_by_itself(keras, gradients):
    def stepped(**options):  # one step of SGD with rate 1 from 0 shows the gradient used
        variables = [keras.Variable(torch.zeros_like(g).numpy(), dtype="float64") for g in gradients]
        optimizer = keras.optimizers.SGD(learning_rate=1.0, **options)
        optimizer.apply([keras.ops.convert_to_tensor(g.numpy()) for g in gradients], variables)
        return [-torch.tensor(variable.numpy()) for variable in variables]

    each = [clip_by_norm([gradient], 1.0)[0] for gradient in gradients]
    for own, options in [
        (clip_by_norm(gradients, 1.0), {"global_clipnorm": 1.0}),
        (each, {"clipnorm": 1.0}),
        (clip_by_value(gradients, 1.5), {"clipvalue": 1.5}),
    ]:
        for tensor, twin in zip(own, stepped(**options), strict=True):
            torch.testing.assert_close(tensor, twin, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("rule", "kind", "options"),
    [
        (Momentum(lr=0.1), "SGD", {"momentum": 0.9}),
        (Nesterov(lr=0.1), "SGD", {"momentum": 0.9, "nesterov": True}),
        (AdaGrad(lr=0.1), "Adagrad", {"initial_accumulator_value": 0.0, "epsilon": 1e-10}),
        (RMSProp(lr=0.1, alpha=0.9), "RMSprop", {"epsilon": 1e-12}),  # its rho is 0.9 if not said otherwise
    ],
)
def test_optimizers_of_keras_go_the_same_way(keras, draw, rule, kind, options):
    start, scales = draw(3), torch.tensor([1.0, 5.0, 0.2], dtype=torch.float64)
    optimizer = getattr(keras.optimizers, kind)(learning_rate=0.1, **options)
    variable, path = keras.Variable(start.numpy(), dtype="float64"), [start]
    for _ in range(20):
        optimizer.apply([keras.ops.multiply(scales.numpy(), variable.value)], [variable])
        path.append(torch.tensor(variable.numpy()))
    own = walk(rule, lambda theta: scales * theta, start, 20)
    torch.testing.assert_close(own, torch.stack(path), rtol=1e-4, atol=1e-5)  # their constants are float32


def test_adagrad_of_keras_starts_its_sum_at_a_tenth(keras):
    assert keras.optimizers.Adagrad().initial_accumulator_value == 0.1
    assert AdaGrad(lr=0.1).start(torch.zeros(2))["sum_of_squares"].tolist() == [0.0, 0.0]

"""Each normalization equals PyTorch's: output, three gradients and running statistics, in training and evaluation."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.by_hand import (
    RunningStatistics,
    batch_norm_forward,
    batch_norm_inference,
    group_norm_forward,
    instance_norm_forward,
    layer_norm_forward,
    norm_backward,
    norm_forward,
    update_running,
)

EXACT = {"rtol": 1e-9, "atol": 1e-11}

# What to compute by hand, torch's layer for C channels, the shape of x.
CASES = {
    "batch, dense": (batch_norm_forward, lambda: nn.BatchNorm1d(6), (8, 6)),
    "batch, images": (batch_norm_forward, lambda: nn.BatchNorm2d(6), (4, 6, 3, 5)),
    "batch, eps": (
        lambda x, gamma, beta: batch_norm_forward(x, gamma, beta, eps=0.3),
        lambda: nn.BatchNorm2d(6, eps=0.3),
        (4, 6, 3, 5),
    ),
    "layer, dense": (layer_norm_forward, lambda: nn.LayerNorm(6), (8, 6)),
    "layer, tokens": (layer_norm_forward, lambda: nn.LayerNorm(6), (2, 7, 6)),
    "layer, images": (layer_norm_forward, lambda: nn.LayerNorm((6, 3, 5)), (4, 6, 3, 5)),
    "instance": (instance_norm_forward, lambda: nn.InstanceNorm2d(6, affine=True), (4, 6, 3, 5)),
    "group, dense": (
        lambda x, gamma, beta: group_norm_forward(x, gamma, beta, groups=2),
        lambda: nn.GroupNorm(2, 6),
        (8, 6),
    ),
    "group, images": (
        lambda x, gamma, beta: group_norm_forward(x, gamma, beta, groups=3),
        lambda: nn.GroupNorm(3, 6),
        (4, 6, 3, 5),
    ),
}
everywhere = pytest.mark.parametrize(("forward", "make_layer", "shape"), CASES.values(), ids=list(CASES))


@pytest.fixture
def randomize(draw):
    """Give a layer scales of both signs, shifts, and running statistics far from 0 and 1."""

    def change(layer):
        layer.double()
        with torch.no_grad():
            layer.weight.copy_(2 * draw(*layer.weight.shape))
            layer.bias.copy_(draw(*layer.bias.shape))
            if getattr(layer, "running_mean", None) is not None:
                layer.running_mean.copy_(3 * draw(6))
                layer.running_var.copy_(draw(6) ** 2 + 0.5)
        return layer

    return change


def running(layer):
    return RunningStatistics(layer.running_mean.clone(), layer.running_var.clone())


def assert_equal_gradients(layer, y, x, dy, cache):
    expected = torch.autograd.grad(y, [x, layer.weight, layer.bias], dy)
    for name, own, theirs in zip(("dx", "dgamma", "dbeta"), norm_backward(dy, cache), expected, strict=True):
        torch.testing.assert_close(own, theirs, **EXACT, msg=lambda text, name=name: f"{name}: {text}")


@everywhere
def test_output_and_gradients_equal_torch(draw, randomize, forward, make_layer, shape):
    layer = randomize(make_layer())
    x = (3 * draw(*shape) + 2).requires_grad_()
    expected = layer(x)
    y, cache = forward(x.detach(), layer.weight.detach(), layer.bias.detach())
    torch.testing.assert_close(y, expected.detach(), **EXACT)
    assert_equal_gradients(layer, expected, x, draw(*shape), cache)


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(6), nn.BatchNorm2d(6)], ids=["dense", "images"])
def test_evaluation_equals_torch(draw, randomize, layer):
    randomize(layer).eval()
    shape = (8, 6) if isinstance(layer, nn.BatchNorm1d) else (4, 6, 3, 5)
    x = draw(*shape).requires_grad_()
    expected = layer(x)
    y, cache = batch_norm_inference(x.detach(), layer.weight.detach(), layer.bias.detach(), running(layer))
    torch.testing.assert_close(y, expected.detach(), **EXACT)
    assert_equal_gradients(layer, expected, x, draw(*shape), cache)


@pytest.mark.parametrize("momentum", [0.1, 0.3])
@pytest.mark.parametrize("shape", [(8, 6), (4, 6, 3, 5)], ids=["dense", "images"])
def test_running_statistics_equal_torch_after_each_batch(draw, randomize, shape, momentum):
    layer = randomize((nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d)(6, momentum=momentum))
    own = running(layer)
    for _ in range(20):
        x = 3 * draw(*shape) + 2
        layer(x)
        _, cache = batch_norm_forward(x, layer.weight, layer.bias)
        own = update_running(own, cache, momentum)
        torch.testing.assert_close(own.mean, layer.running_mean, **EXACT)
        torch.testing.assert_close(own.variance, layer.running_var, **EXACT)


def test_the_default_momentum_is_that_of_torch(draw):
    layer, x = nn.BatchNorm1d(6).double(), draw(8, 6)
    own = running(layer)
    layer(x)
    _, cache = batch_norm_forward(x, layer.weight, layer.bias)
    torch.testing.assert_close(update_running(own, cache).mean, layer.running_mean, **EXACT)


def test_the_general_function_takes_any_axes(draw):
    """Over the width alone, as no named normalization does; autograd is the judge."""
    x = draw(2, 3, 4, 5).requires_grad_()
    gamma, beta = draw(4, 1).requires_grad_(), draw(1, 3, 1, 1).requires_grad_()
    normalized = (x - x.mean(3, keepdim=True)) / torch.sqrt(x.var(3, keepdim=True, correction=0) + 1e-5)
    expected = gamma * normalized + beta
    y, cache = norm_forward(x.detach(), gamma.detach(), beta.detach(), axes=(3,))
    torch.testing.assert_close(y, expected.detach(), **EXACT)
    dy = draw(2, 3, 4, 5)
    dx, dgamma, _ = norm_backward(dy, cache)
    wanted = torch.autograd.grad(expected, [x, gamma], dy)
    torch.testing.assert_close(dx, wanted[0], **EXACT)
    torch.testing.assert_close(dgamma, wanted[1], **EXACT)


@given(st.floats(0.1, 10), st.floats(-10, 10))
def test_batch_norm_takes_away_a_scale_and_a_bias_before_it(scale, bias):
    x = torch.randn(16, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    gamma, beta = torch.tensor([1.0, -2.0, 0.5]), torch.tensor([0.0, 1.0, 2.0])
    y, _ = batch_norm_forward(x, gamma, beta, eps=0)
    changed, _ = batch_norm_forward(scale * x + bias, gamma, beta, eps=0)
    torch.testing.assert_close(changed, y)


def test_the_right_gamma_and_beta_undo_it(draw):
    x = 3 * draw(8, 6) + 2
    gamma, beta = torch.sqrt(x.var(0, correction=0) + 1e-5), x.mean(0)
    torch.testing.assert_close(batch_norm_forward(x, gamma, beta)[0], x, **EXACT)


def test_group_norm_lies_between_layer_and_instance_norm(draw):
    x, gamma, beta = draw(4, 6, 3, 5), draw(6), draw(6)
    by_instance, _ = instance_norm_forward(x, gamma, beta)
    torch.testing.assert_close(group_norm_forward(x, gamma, beta, groups=6)[0], by_instance, **EXACT)
    by_layer, _ = layer_norm_forward(x, torch.ones(6, 3, 5), torch.zeros(6, 3, 5))
    ones, zeros = torch.ones(6), torch.zeros(6)
    torch.testing.assert_close(group_norm_forward(x, ones, zeros, groups=1)[0], by_layer, **EXACT)


def test_in_evaluation_an_example_does_not_depend_on_the_others(draw):
    x, statistics = draw(8, 6), RunningStatistics(draw(6), draw(6) ** 2)
    together, _ = batch_norm_inference(x, torch.ones(6), torch.zeros(6), statistics)
    alone, _ = batch_norm_inference(x[:1], torch.ones(6), torch.zeros(6), statistics)
    assert torch.equal(alone, together[:1])


def test_batch_norm_refuses_to_train_on_one_value_a_channel():
    with pytest.raises(ValueError, match=r"got shape \(1, 6\): take a larger batch"):
        batch_norm_forward(torch.ones(1, 6), torch.ones(6), torch.zeros(6))


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1, 1)])
def test_instance_norm_refuses_one_value_a_channel(shape):
    with pytest.raises(ValueError, match="more than one value in H and W together"):
        instance_norm_forward(torch.ones(shape), torch.ones(6), torch.zeros(6))


@pytest.mark.parametrize("groups", [0, 4, 7])
def test_groups_must_divide_the_channels(groups):
    with pytest.raises(ValueError, match=f"must divide the number of channels, 6, got {groups}"):
        group_norm_forward(torch.ones(2, 6, 2, 2), torch.ones(6), torch.zeros(6), groups)

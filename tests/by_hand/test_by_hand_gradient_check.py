"""Gradient checking passes what torch's own check passes, and names the parameter whose backward pass is wrong."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from course_lib.by_hand import check_gradients, cross_entropy, numeric_gradient, smooth_labels
from course_lib.by_hand.gradient_check import relative_error


class Square(torch.autograd.Function):
    """x², whose backward pass multiplies with a factor that ought to be 2."""

    @staticmethod
    def forward(context, x, factor):
        context.save_for_backward(x)
        context.factor = factor
        return x**2

    @staticmethod
    def backward(context, dy):
        (x,) = context.saved_tensors
        return context.factor * x * dy, None


@pytest.fixture
def network():
    torch.manual_seed(0)
    layers = [nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Tanh(), nn.Flatten(), nn.Linear(18, 3)]
    return nn.Sequential(*layers).double()


@pytest.fixture
def loss(network, draw):
    x, targets = draw(4, 1, 5, 5), smooth_labels(torch.tensor([0, 1, 2, 0]), 3, 0.1).double()
    return lambda: cross_entropy(network(x), targets)


def test_a_network_passes_with_every_parameter(network, loss):
    report = check_gradients(loss, dict(network.named_parameters()))
    assert list(report.errors) == [name for name, _ in network.named_parameters()]
    assert report.passed
    assert report.wrong == []
    assert max(report.errors.values()) < 1e-7


def test_a_bias_before_batch_norm_has_no_gradient_and_passes(network, loss):
    (gradient,) = torch.autograd.grad(loss(), network[0].bias)
    assert gradient.abs().max() < 1e-12
    assert check_gradients(loss, {"bias": network[0].bias}).passed


@pytest.mark.parametrize("factor", [1.0, -2.0, 0.0, 2.0001, float("nan")])
def test_a_wrong_backward_pass_is_caught_and_named(draw, factor):
    good, bad = draw(3).requires_grad_(), draw(2, 2).requires_grad_()

    def loss():
        return Square.apply(good, 2.0).sum() + Square.apply(bad, factor).sum()

    report = check_gradients(loss, {"good": good, "bad": bad})
    assert not report.passed
    assert report.wrong == ["bad"]
    first, second = str(report).splitlines()
    assert first.startswith("good  relative error")
    assert first.endswith("ok")
    assert second.startswith("bad ")
    assert second.endswith("WRONG")


def test_the_right_backward_pass_is_passed_as_torch_passes_it(draw):
    x = draw(2, 2).requires_grad_()
    assert check_gradients(lambda: Square.apply(x, 2.0).sum(), {"x": x}).passed
    assert torch.autograd.gradcheck(lambda x: Square.apply(x, 2.0), x)


@pytest.mark.parametrize("factor", [1.0, -2.0, 0.0, 2.1, 2.001])
def test_what_torchs_own_check_fails_is_failed(factor):
    x = torch.tensor([100.0, -50.0], dtype=torch.float64, requires_grad=True)
    theirs = torch.autograd.gradcheck(lambda x: Square.apply(x, factor), x, rtol=1e-4, raise_exception=False)
    assert check_gradients(lambda: Square.apply(x, factor).sum(), {"x": x}).passed is theirs is False


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_the_relative_error_is_the_one_of_the_definition(draw, factor):
    x = draw(5).requires_grad_()
    report = check_gradients(lambda: Square.apply(x, factor).sum(), {"x": x})
    assert report.errors["x"] == pytest.approx(abs(factor - 2) / (factor + 2), rel=1e-6)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5))
def test_central_differences_are_exact_on_parabolas_but_for_rounding(entries):
    theta = torch.tensor(entries, dtype=torch.float64)
    torch.testing.assert_close(
        numeric_gradient(lambda: (theta**2).sum(), theta), 2 * theta, rtol=1e-7, atol=1e-7
    )


def test_the_error_of_the_formula_falls_with_the_square_of_the_step():
    theta = torch.tensor([1.0], dtype=torch.float64)
    errors = [
        (numeric_gradient(lambda: theta.exp().sum(), theta, step) - theta.exp()).item()
        for step in (1e-2, 1e-3)
    ]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_parameters_gradients_and_views_are_left_bit_for_bit(network, loss):
    network(torch.ones(4, 1, 5, 5, dtype=torch.float64)).sum().backward()
    before = [(p.clone(), p.grad.clone()) for p in network.parameters()]
    check_gradients(loss, dict(network.named_parameters()))
    for parameter, (value, gradient) in zip(network.parameters(), before, strict=True):
        assert torch.equal(parameter, value)
        assert torch.equal(parameter.grad, gradient)


def test_an_error_in_the_loss_leaves_the_parameter_alone():
    theta = torch.tensor([0.1, 0.2], dtype=torch.float64)

    def loss():
        if theta[1] != 0.2:
            raise RuntimeError("killed")
        return theta.sum()

    with pytest.raises(RuntimeError, match="killed"):
        numeric_gradient(loss, theta)
    assert theta.tolist() == [0.1, 0.2]


def test_scalars_and_transposed_tensors_are_checked(draw):
    scale, matrix = torch.tensor(1.5, dtype=torch.float64, requires_grad=True), draw(2, 3).T.requires_grad_()
    report = check_gradients(lambda: (scale * matrix**3).sum(), {"scale": scale, "matrix": matrix})
    assert report.passed
    assert len(report.errors) == 2


def test_a_parameter_that_the_loss_does_not_use_has_gradient_zero(draw):
    used, unused = draw(2).requires_grad_(), draw(2).requires_grad_()
    assert check_gradients(lambda: used.sum(), {"used": used, "unused": unused}).errors["unused"] == 0


def test_a_gradient_that_autograd_does_not_see_is_caught(draw):
    hidden = draw(2).requires_grad_()
    report = check_gradients(lambda: (hidden.detach() ** 2).sum() + 0 * hidden.sum(), {"hidden": hidden})
    assert report.errors["hidden"] == pytest.approx(1)


def test_gradients_near_zero_are_compared_on_a_scale_of_a_thousandth():
    zero, tiny = torch.zeros(1, dtype=torch.float64), torch.full((1,), 1e-4, dtype=torch.float64)
    assert relative_error(zero, tiny) == pytest.approx(0.1)
    assert relative_error(zero, tiny * 1e-7) == pytest.approx(1e-8)
    assert relative_error(zero, tiny * 1e4) == 1


def test_float32_is_refused_with_the_remedy(network, loss):
    network.float()
    with pytest.raises(TypeError, match=r"0.weight is torch.float32: call model.double\(\)"):
        check_gradients(loss, dict(network.named_parameters()))


def test_a_frozen_parameter_is_refused(network, loss):
    network[0].weight.requires_grad = False
    with pytest.raises(ValueError, match=r"0.weight is frozen"):
        check_gradients(loss, dict(network.named_parameters()))


def test_dropout_is_refused_because_the_loss_changes(draw):
    x = draw(50).requires_grad_()
    with pytest.raises(ValueError, match=r"two calls gave two losses: switch dropout off by model.eval\(\)"):
        check_gradients(lambda: nn.functional.dropout(x).sum(), {"x": x})


def test_a_loss_for_each_example_is_refused(draw):
    x = draw(3).requires_grad_()
    with pytest.raises(ValueError, match=r"single number, got shape \(3,\): take its mean"):
        check_gradients(lambda: x**2, {"x": x})


def test_a_loss_that_is_no_number_is_refused(draw):
    x = draw(3).requires_grad_()
    with pytest.raises(ValueError, match="the loss is nan: there is no slope"):
        check_gradients(lambda: (x * float("nan")).sum(), {"x": x})


def test_nothing_to_check_is_refused(loss):
    with pytest.raises(ValueError, match="no parameters to check"):
        check_gradients(loss, {})

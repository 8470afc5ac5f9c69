"""The statistics of each layer equal those computed by hand, and measuring leaves no trace."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F  # noqa: N812

from course_lib.diagnosis.statistics import layer_statistics, share_dead


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(20, 2, 3, 3, generator=generator), torch.randint(4, (20,), generator=generator)


def network(inplace=False, dropout=0.0):
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, padding=1),
        nn.BatchNorm2d(5),
        nn.ReLU(inplace),
        nn.Dropout(dropout),
        nn.Flatten(),
        nn.Linear(45, 4),
    )


def stack(depth, activation, gain):
    """Dense layers of 100 units, weights with deviation gain / √100."""
    torch.manual_seed(0)
    layers = [nn.Flatten()]
    for _ in range(depth):
        layers += [nn.Linear(100, 100, bias=False), activation()]
        nn.init.normal_(layers[-2].weight, std=gain / 10)
    return nn.Sequential(*layers)


def test_every_number_equals_the_one_computed_by_hand(batch):
    images, labels = batch
    model = network()
    measured = layer_statistics(model, images, labels, lr=0.5)

    outputs, x = [], images
    for module in copy.deepcopy(model):
        x = module(x)
        x.retain_grad()
        outputs.append(x)
    F.cross_entropy(x, labels).backward()
    reference = copy.deepcopy(model)
    F.cross_entropy(reference(images), labels).backward()

    assert [layer.name for layer in measured] == list("012345")
    assert [layer.kind for layer in measured] == [type(module).__name__ for module in model]
    for layer, output, module in zip(measured, outputs, reference, strict=True):
        assert layer.shape == output.shape
        assert layer.activation_mean == pytest.approx(output.mean().item(), abs=1e-6)
        assert layer.activation_std == pytest.approx(output.std(correction=0).item(), rel=1e-5)
        assert layer.share_zero == pytest.approx((output == 0).float().mean().item())
        assert layer.gradient_std == pytest.approx(output.grad.std(correction=0).item(), rel=1e-5)
        assert layer.gradient_norm == pytest.approx(
            output.grad.sub(output.grad.mean()).flatten(1).square().sum(1).mean().sqrt().item(), rel=1e-4
        )
        own = list(module.parameters())
        if not own:
            assert (layer.weight_norm, layer.weight_gradient_norm, layer.update_ratio) == (None, None, None)
            continue
        norm = nn.utils.get_total_norm(own).item()
        gradient_norm = nn.utils.get_total_norm([p.grad for p in own]).item()
        assert layer.weight_norm == pytest.approx(norm, rel=1e-5)
        assert layer.weight_gradient_norm == pytest.approx(gradient_norm, rel=1e-4)
        assert layer.update_ratio == pytest.approx(0.5 * gradient_norm / norm, rel=1e-4)


def test_the_update_ratio_is_the_relative_step_of_plain_gradient_descent(batch):
    model = network()
    ratio = layer_statistics(model, *batch, lr=0.1)[-1].update_ratio
    before = nn.utils.parameters_to_vector(model[-1].parameters()).detach()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    F.cross_entropy(model(batch[0]), batch[1]).backward()
    optimizer.step()
    step = nn.utils.parameters_to_vector(model[-1].parameters()).detach() - before
    assert ratio == pytest.approx((step.norm() / before.norm()).item(), rel=1e-4)


def trace(model):
    """All that measuring must leave as it is."""
    return {
        "state": {name: tensor.clone() for name, tensor in model.state_dict().items()},
        "gradients": [(p.grad, None if p.grad is None else p.grad.clone()) for p in model.parameters()],
        "modes": [module.training for module in model.modules()],
        "trainable": [p.requires_grad for p in model.parameters()],
        "hooks": [(len(m._forward_hooks), len(m._backward_hooks)) for m in model.modules()],
        "random": torch.get_rng_state(),
    }


def assert_same_trace(before, after):
    for name, tensor in before["state"].items():
        assert torch.equal(tensor, after["state"][name]), name
    for (grad, values), (grad_after, values_after) in zip(
        before["gradients"], after["gradients"], strict=True
    ):
        assert grad is grad_after
        assert values is None or torch.equal(values, values_after)
    assert torch.equal(before["random"], after["random"])
    for key in ("modes", "trainable", "hooks"):
        assert before[key] == after[key]


def prepared():
    """A network in which everything is set that could be changed."""
    model = network(dropout=0.5)
    model[0].weight.grad = torch.full_like(model[0].weight, 3.0)
    model[4].eval()
    model[5].bias.requires_grad_(False)
    model[2].register_forward_hook(lambda *_: None)
    return model


@pytest.mark.parametrize("training", [True, False])
def test_measuring_changes_neither_model_nor_random_numbers(batch, training):
    model = prepared()
    if not training:
        model.eval()
    before = trace(model)
    layer_statistics(model, *batch)
    assert_same_trace(before, trace(model))


def test_after_an_error_no_hook_and_no_change_is_left(batch):
    model = prepared()
    before = trace(model)
    with pytest.raises(RuntimeError):
        layer_statistics(model, torch.zeros(20, 2, 4, 4), batch[1])
    assert_same_trace(before, trace(model))


def test_in_place_activations_give_the_same_numbers(batch):
    assert layer_statistics(network(inplace=True), *batch) == layer_statistics(network(), *batch)


def test_it_measures_where_gradients_are_switched_off(batch):
    with torch.no_grad():
        measured = layer_statistics(network(), *batch)
    assert measured == layer_statistics(network(), *batch)


def test_gradients_pass_through_frozen_layers_whose_weights_get_none(batch):
    model = network()
    free = layer_statistics(model, *batch)
    model.requires_grad_(False)
    frozen = layer_statistics(model, *batch)
    assert [layer.gradient_std for layer in frozen] == [layer.gradient_std for layer in free]
    assert {layer.weight_gradient_norm for layer in frozen} == {0.0, None}


def test_a_layer_used_twice_is_listed_twice(batch):
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu, self.dense = nn.ReLU(), nn.Linear(18, 4)

        def forward(self, x):
            return self.relu(self.dense(self.relu(x.flatten(1))))

    assert [s.name for s in layer_statistics(Twice(), *batch)] == ["relu", "dense", "relu (call 2)"]


def test_dead_units_are_channels_that_are_zero_for_the_whole_batch(batch):
    model = network()
    with torch.no_grad():
        model[1].bias[:2] = -100.0
    assert layer_statistics(model, *batch)[2].share_dead == pytest.approx(2 / 5)


@given(st.sampled_from([(6, 5), (6, 5, 3), (6, 5, 2, 2)]), st.integers(0, 5), st.integers(0, 9))
def test_the_share_of_dead_units_is_exact(shape, dead, seed):
    values = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) + 0.1
    units = values.movedim(2 if len(shape) == 3 else 1, 0)
    dead = min(dead, len(units))
    units[:dead] = 0
    units[dead:, :1] = 0  # zero for one image only
    assert share_dead(values) == pytest.approx(dead / len(units))


@pytest.mark.parametrize(("activation", "largest_slope"), [(nn.Sigmoid(), 0.25), (nn.Tanh(), 1.0)])
def test_saturated_means_a_slope_below_a_tenth_of_the_largest(activation, largest_slope):
    x = torch.linspace(-6, 6, 48).view(4, 12)
    slopes = torch.autograd.functional.jvp(activation, x, torch.ones_like(x))[1]
    expected = (slopes < 0.1 * largest_slope).float().mean().item()
    model = nn.Sequential(nn.Flatten(), activation)
    measured = layer_statistics(model, x.view(4, 3, 2, 2), torch.zeros(4, dtype=torch.int64))
    assert 0 < expected < 1
    assert measured[1].share_saturated == pytest.approx(expected)


def test_he_weights_carry_signals_through_thirty_relu_layers_and_sigmoids_stop_gradients():
    images, labels = torch.randn(64, 1, 10, 10), torch.randint(100, (64,))
    he = [s for s in layer_statistics(stack(30, nn.ReLU, 2**0.5), images, labels) if s.kind == "Linear"]
    assert all(0.5 < s.activation_std < 3 for s in he)
    assert 0.1 < he[0].gradient_norm / he[-1].gradient_norm < 10
    sigmoid = [s for s in layer_statistics(stack(30, nn.Sigmoid, 1.0), images, labels) if s.kind == "Linear"]
    assert sigmoid[0].gradient_norm / sigmoid[-1].gradient_norm < 0.25**29  # max σ' = 1/4, norm of W about 2


def test_wrong_batches_are_refused_with_the_fix(batch):
    images, labels = batch
    with pytest.raises(TypeError, match=r"floating point.*torch\.uint8: scale and normalize"):
        layer_statistics(network(), images.byte(), labels)
    with pytest.raises(ValueError, match="one label for each of the 20 images, got 7"):
        layer_statistics(network(), images, labels[:7])

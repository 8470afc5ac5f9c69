"""Slices of a loss surface: scaled by filter, exact where the loss is known, and without a trace."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from course_lib.diagnosis.landscape import loss_slice, random_direction


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def network(dropout=0.0):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(dropout), nn.Flatten(), nn.Linear(16, 3)
    )


@pytest.fixture
def batch():
    return torch.randn(8, 2, 4, 4, generator=seeded()), torch.randint(3, (8,), generator=seeded())


@pytest.fixture
def loss_on(batch):
    return lambda model: F.cross_entropy(model(batch[0]), batch[1])


def test_each_filter_has_the_length_of_the_one_it_is_added_to():
    model = network()
    direction = random_direction(model, seeded())
    assert list(direction) == [name for name, _ in model.named_parameters()]
    for name in ("0.weight", "5.weight"):
        lengths = [part.flatten(1).norm(dim=1) for part in (direction[name], model.get_parameter(name))]
        torch.testing.assert_close(*lengths)
        assert not torch.allclose(direction[name], model.get_parameter(name))


def test_biases_and_norms_stay_where_they_are():
    direction = random_direction(network(), seeded())
    for name in ("0.bias", "1.weight", "1.bias", "5.bias"):
        assert not direction[name].any()


def test_a_raw_direction_is_the_gaussian_before_scaling():
    raw, scaled = (random_direction(network(), seeded(), per_filter) for per_filter in (False, True))
    ratio = scaled["0.weight"] / raw["0.weight"]
    torch.testing.assert_close(ratio, ratio[:, :1, :1, :1].expand_as(ratio))
    assert raw["5.weight"].std().item() == pytest.approx(1, abs=0.3)
    assert not raw["1.weight"].any()


def test_a_filter_of_zeros_stays_zero():
    model = network()
    with torch.no_grad():
        model[0].weight[1] = 0
    assert not random_direction(model, seeded())["0.weight"][1].any()


def test_the_same_generator_gives_the_same_direction():
    first, second = (random_direction(network(), seeded(4)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("training", [True, False])
def test_the_center_is_the_loss_itself(loss_on, training):
    model = network().train(training)
    directions = random_direction(model, seeded()), random_direction(model, seeded(1))
    line, square = (loss_slice(model, loss_on, d, points=5) for d in (directions[0], directions))
    with torch.no_grad():
        expected = loss_on(network().train(training)).item()
    assert line.coordinates.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert line.losses[2].item() == square.losses[2, 2].item() == expected
    assert torch.equal(square.losses[:, 2], line.losses)


def test_a_quadratic_is_exact():
    model = nn.Linear(3, 2, bias=False).double()
    d, e = (torch.randn(2, 3, generator=seeded(i), dtype=torch.float64) for i in (0, 1))
    target = torch.ones(2, 3, dtype=torch.float64)
    found = loss_slice(
        model, lambda net: (net.weight - target).square().sum(), ({"weight": d}, {"weight": e}), 2.0, 7
    )
    a, b = torch.meshgrid(found.coordinates, found.coordinates, indexing="ij")
    w = (model.weight - target).detach()
    exact = (w**2).sum() + 2 * a * (w * d).sum() + 2 * b * (w * e).sum()
    exact = exact + a**2 * (d**2).sum() + 2 * a * b * (d * e).sum() + b**2 * (e**2).sum()
    torch.testing.assert_close(found.losses, exact)
    assert found.coordinates[[0, -1]].tolist() == [-2, 2]


def rescaled(factor):
    """A ReLU network, with the first layer multiplied and the second divided by a number: the same function."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(32, 6), nn.ReLU(), nn.Linear(6, 3)).double()
    with torch.no_grad():
        model[1].weight.mul_(factor)
        model[1].bias.mul_(factor)
        model[3].weight.div_(factor)
    return model


@pytest.mark.parametrize("factor", [0.1, 8.0])
def test_the_slice_does_not_change_when_a_pair_of_relu_layers_is_rescaled(batch, factor):
    def loss_on(model):
        return F.cross_entropy(model(batch[0].double()), batch[1])

    def line(model, per_filter):
        return loss_slice(model, loss_on, random_direction(model, seeded(2), per_filter), points=9).losses

    torch.testing.assert_close(line(rescaled(factor), True), line(rescaled(1.0), True))
    assert (line(rescaled(factor), False) - line(rescaled(1.0), False)).abs().max() > 0.1


def test_the_model_is_never_touched(loss_on):
    model = network(dropout=0.5)
    model[0].weight.grad = kept = torch.ones_like(model[0].weight)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    modes, random = [module.training for module in model.modules()], torch.get_rng_state()

    def careless(trial):
        loss = loss_on(trial)  # in training mode: draws a mask, updates running statistics
        trial.eval()
        return loss

    def failing(trial):
        raise ZeroDivisionError

    loss_slice(model, careless, random_direction(model, seeded()), points=3)
    with pytest.raises(ZeroDivisionError):
        loss_slice(model, failing, random_direction(model, seeded()), points=3)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert [module.training for module in model.modules()] == modes
    assert model[0].weight.grad is kept
    assert torch.equal(torch.get_rng_state(), random)


def test_every_point_sees_the_same_dropout_mask_and_running_statistics(loss_on):
    model = network(dropout=0.5)
    nowhere = {"5.bias": torch.zeros(3)}

    def loss(trial):
        return loss_on(trial) + trial[1].running_mean.sum()

    losses = loss_slice(model, loss, nowhere, points=5).losses
    assert losses.tolist() == [losses[0].item()] * 5


def test_slices_that_cannot_be_are_refused(loss_on):
    model = network()
    direction = random_direction(model, seeded())
    for points in (1, 4):
        with pytest.raises(ValueError, match=f"odd and at least 3, so that the center.*got {points}"):
            loss_slice(model, loss_on, direction, points=points)
    with pytest.raises(ValueError, match="one or two, got 3"):
        loss_slice(model, loss_on, (direction,) * 3)
    with pytest.raises(ValueError, match=r"'7\.weight', which is no parameter"):
        loss_slice(model, loss_on, {"7.weight": torch.zeros(1)})
    with pytest.raises(ValueError, match=r"'5\.bias' must have the parameter's shape \(3,\), got \(2,\)"):
        loss_slice(model, loss_on, {"5.bias": torch.zeros(2)})

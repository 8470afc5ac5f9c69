"""What transfer learning does to a model: its head, who learns, at which rate, and whose statistics move."""

import pytest
import torch
from torch import nn

from course_lib import data, pytorch
from course_lib.architectures.pretrained import PRETRAINED
from course_lib.pytorch.pretrained import Pretrained
from course_lib.pytorch.transfer import (
    FromBytes,
    TransferHead,
    adapt,
    freeze,
    hold_norms,
    replace_head,
    stages,
    unfreeze,
)
from course_lib.training import Recipe, Trainer
from course_lib.training.optimizers import parameter_groups


@pytest.fixture
def small():
    """A small residual network with a new head for five classes."""
    torch.manual_seed(0)
    model = pytorch.build("resnet18_32", num_classes=10)
    replace_head(model, 5)
    return model


def learning(model):
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


@pytest.mark.parametrize("name", PRETRAINED)
def test_every_pretrained_model_takes_a_new_head(name):
    with torch.device("meta"):
        model = pytorch.build(name, num_classes=1000)
        before = dict(model.named_parameters())
        head = replace_head(model, 7)
        size = PRETRAINED[name].image_size
        assert model.eval()(torch.zeros(1, 3, size, size)).shape == (1, 7)
    kept = [key for key, parameter in model.named_parameters() if before.get(key) is parameter]
    assert len(kept) == len(before) - 2  # all but the last layer's weight and bias
    assert {id(p) for p in head.parameters()} <= {id(p) for p in model.parameters()}


def test_a_head_of_two_layers_has_dropout_between():
    model = pytorch.build("resnet18_32")
    head = replace_head(model, 5, hidden_units=16, dropout=0.3)
    assert [type(layer) for layer in head] == [nn.Linear, nn.ReLU, nn.Dropout, nn.Linear]
    assert (head[0].in_features, head[0].out_features, head[2].p, head[3].out_features) == (512, 16, 0.3, 5)


def test_a_head_can_be_replaced_again(small):
    replace_head(small, 5, hidden_units=16)
    replace_head(small, 3)
    heads = [module for module in small.modules() if isinstance(module, TransferHead)]
    assert len(heads) == 1
    assert small(torch.zeros(2, 3, 32, 32)).shape == (2, 3)


@pytest.mark.parametrize(
    "model", [nn.Linear(3, 2), nn.Sequential(nn.Conv2d(3, 2, 3)), nn.Sequential(nn.ReLU())], ids=str
)
def test_a_model_without_a_last_linear_layer_is_refused(model):
    with pytest.raises(ValueError, match="replace the head by hand"):
        replace_head(model, 5)


def test_counts_below_one_are_refused(small):
    with pytest.raises(ValueError, match="num_classes must be a whole number of at least 1, got 0"):
        replace_head(small, 0)
    with pytest.raises(ValueError, match="hidden_units must be a whole number of at least 1, got 0"):
        replace_head(small, 5, hidden_units=0)


def test_frozen_only_the_head_learns(small):
    freeze(small)
    assert learning(small) == {"head.2.0.weight", "head.2.0.bias"}


def test_freezing_needs_a_new_head():
    with pytest.raises(ValueError, match="call replace_head or adapt first"):
        freeze(pytorch.build("resnet18_32"))


def test_unfrozen_all_learn_but_the_norms(small):
    everything = {name for name, _ in small.named_parameters()}
    norms = {
        f"{name}.{field}"
        for name, module in small.named_modules()
        if isinstance(module, nn.BatchNorm2d)
        for field in ("weight", "bias")
    }
    freeze(small)
    unfreeze(small)
    assert learning(small) == everything - norms
    unfreeze(small, norms=True)
    assert learning(small) == everything


def test_the_last_stages_can_be_unfrozen(small):
    freeze(small)
    unfreeze(small, last=2)
    assert {name.partition(".")[0] for name in learning(small)} == {"stage4", "head"}


@pytest.mark.parametrize("last", [0, 7])
def test_there_are_only_so_many_stages(small, last):
    with pytest.raises(ValueError, match=f"between 1 and the model's 6 stages, got {last}"):
        unfreeze(small, last)


def test_stages_are_found_behind_a_normalizing_layer(small):
    wrapped = nn.Sequential(FromBytes((0.5,) * 3, (0.5,) * 3), small)
    assert list(stages(small)) == ["stem", "stage1", "stage2", "stage3", "stage4", "head"]
    assert list(stages(wrapped)) == [f"1.{name}" for name in stages(small)]


def test_a_parameter_outside_all_stages_is_refused():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model.scale = nn.Parameter(torch.ones(1))
    with pytest.raises(ValueError, match="scale of Sequential lies in no stage"):
        stages(model)


@pytest.mark.parametrize("name", [name for name in pytorch.names() if name.endswith("_32")])
def test_the_stages_hold_every_parameter(name):
    with torch.device("meta"):
        model = pytorch.build(name)
    found = [id(p) for stage in stages(model).values() for p in stage.parameters()]
    assert sorted(found) == sorted(id(p) for p in model.parameters())


def test_frozen_norms_keep_their_statistics_and_others_do_not(small):
    freeze(small)
    unfreeze(small, last=2, norms=True)
    small.train()
    hold_norms(small)
    before = {name: t.clone() for name, t in small.named_buffers() if name.endswith("running_mean")}
    small(torch.randn(8, 3, 32, 32))
    moved = {
        name.partition(".")[0]
        for name, t in small.named_buffers()
        if name in before and not torch.equal(t, before[name])
    }
    assert moved == {"stage4"}


def test_norms_without_weights_are_left_alone():
    norm = nn.BatchNorm2d(3, affine=False).train()
    hold_norms(norm)
    assert norm.training


def test_rates_fall_from_the_head_to_the_stem(small):
    groups = parameter_groups(small, weight_decay=0.1, layer_decay=0.5)
    factors = {id(p): group["factor"] for group in groups for p in group["params"]}
    for depth, stage in enumerate(reversed(stages(small).values())):
        assert {factors[id(p)] for p in stage.parameters()} == {0.5**depth}
    assert len(factors) == len([*small.parameters()])


def test_without_decay_by_layers_there_are_two_groups(small):
    groups = parameter_groups(small, weight_decay=0.1)
    assert [(group["weight_decay"], group["factor"]) for group in groups] == [(0.1, 1), (0.0, 1)]


def test_from_bytes_normalizes_as_the_weights_expect():
    weights = PRETRAINED["resnet18"]
    x = torch.randint(0, 256, (2, 3, 4, 4)).float()
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (weights.mean, weights.std))
    torch.testing.assert_close(FromBytes(weights.mean, weights.std)(x), (x / 255 - mean) / std)


@pytest.fixture
def digits():
    whole = data.load("digits", "train", limit=200)
    return whole.hold_out(0.2)


def pretrained():
    """Stands for published weights: a small network with a history."""
    torch.manual_seed(0)
    weights = PRETRAINED["resnet18"]._replace(mean=(0.5,), std=(0.25,))
    model = pytorch.build("small_vgg", num_classes=10, in_channels=1, image_size=8)
    with torch.no_grad():
        model(torch.randn(64, 1, 8, 8))
    return Pretrained("small_vgg", model.eval(), weights, tuple("0123456789"))


def fit(model, sets, **recipe):
    trainer = Trainer(
        Recipe(**{"epochs": 1, "lr": 0.05, "batch_size": 32, "inputs": "bytes"} | recipe), device="cpu"
    )
    trainer.fit(model, *sets)
    return trainer


def test_an_adapted_model_leaves_the_pretrained_one_alone():
    source = pretrained()
    before = [tensor.clone() for tensor in source.model.state_dict().values()]
    model = adapt(source, 5)
    with torch.no_grad():
        next(model.parameters()).zero_()
    assert all(map(torch.equal, before, source.model.state_dict().values()))


@pytest.mark.parametrize("norms", ["eval", "train"])
def test_the_trainer_keeps_frozen_layers_and_their_statistics_unless_told(digits, norms):
    model = adapt(pretrained(), 10)
    freeze(model)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    fit(model, digits, frozen_norms=norms)
    changed = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}
    weights = {name for name in changed if name.endswith(("weight", "bias"))}
    assert weights == {name for name in before if ".classifier." in name}
    assert (changed == weights) == (norms == "eval")


def test_the_trainer_moves_the_layers_by_their_own_rates(digits):
    """One step of plain gradient descent: each stage moves by its factor times what it would have moved."""
    steps = {}
    for decay in (1.0, 0.5):
        torch.manual_seed(0)
        model = adapt(pretrained(), 10)
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        fit(
            model,
            digits,
            batch_size=160,
            momentum=0.0,
            nesterov=False,
            layer_decay=decay,
            schedule="constant",
        )
        steps[decay] = {name: p.detach() - before[name] for name, p in model.named_parameters()}
    names = list(reversed(stages(model)))
    for name, step in steps[0.5].items():
        depth = next(at for at, stage in enumerate(names) if name.startswith(stage))
        torch.testing.assert_close(step, 0.5**depth * steps[1.0][name], rtol=1e-4, atol=1e-7)

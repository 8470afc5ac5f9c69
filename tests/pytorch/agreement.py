"""What the tests of the models share: agreement with an oracle stage by stage, counts, deliberate mistakes."""

import copy
from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from comparison import NORMS, TOLERANCE, differences, images, outputs, randomize
from torch import Tensor, nn
from torchvision_oracles import oracle_pairs

from course_lib import architectures, pytorch
from course_lib.twins import copy_state


class Twins(NamedTuple):
    """A model of ours and an oracle with the same random weights and statistics, in evaluation mode."""

    model: nn.Module
    expected: list[Tensor]  # what the oracle's stages give for `x`
    x: Tensor
    oracle: nn.Module


def beside_torchvision(torchvision, name: str, size: int) -> Twins:
    """Our model `name` for 10 classes beside torchvision's, and two images of `size` pixels."""
    make, stages = oracle_pairs(torchvision)[name]
    oracle = randomize(make(num_classes=10))
    model = pytorch.build(name, num_classes=10).eval()
    copy_state(oracle, model)
    x = images(2, size)
    return Twins(model, outputs(stages(oracle), x), x, oracle)


def assert_stages_agree(model: nn.Module, expected: list[Tensor], x: Tensor) -> None:
    """Compare what the stages of `model` give with an oracle's outputs."""
    for name, difference in differences(model, expected, x):
        assert difference <= TOLERANCE, f"{name}: differs by {difference:.1e}"


def assert_mistake_shows(
    model: nn.Module, expected: list[Tensor], x: Tensor, mistake: Callable[[nn.Module], None], where: str
) -> None:
    """Make a mistake in a copy of a model that agrees with the oracle: the comparison fails in the stage `where`."""
    wrong = copy.deepcopy(model)
    mistake(wrong)
    with pytest.raises(AssertionError, match=f"^{where}: "):
        assert_stages_agree(wrong, expected, x)


def build_meta(name: str) -> tuple[nn.Module, Tensor]:
    """The model as its row has it, and one image, on the device that holds shapes only."""
    spec = architectures.find(name)
    with torch.device("meta"):
        model = pytorch.build(name, num_classes=spec.num_classes).eval()
        return model, torch.empty(1, 3, spec.image_size, spec.image_size)


def stage_shapes(name: str) -> dict[str, tuple[int, ...]]:
    """(C, H, W) or (C,) after each named child."""
    model, x = build_meta(name)
    shapes = outputs(list(model.children()), x)
    return {child: tuple(y.shape[1:]) for (child, _), y in zip(model.named_children(), shapes, strict=True)}


def operations(name: str) -> float:
    """The multiplications of all convolutions and linear layers for one image, in billions (torchvision's `_ops`)."""
    counts = []

    def count(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        counts.append(output.numel() * layer.weight[0].numel())

    model, x = build_meta(name)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    model(x)
    return sum(counts) / 1e9


def published(torchvision, name: str) -> dict:
    """What torchvision says of its own model: num_params, _ops."""
    return torchvision.models.get_model_weights(name).DEFAULT.meta


# Mistakes


class Nothing(nn.Module):
    """A shortcut that was forgotten."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


def change_epsilon(model: nn.Module) -> None:
    """Keras's default for batch norm, 0.001, where PyTorch has 0.00001."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-3


def shrink_epsilon(model: nn.Module) -> None:
    """PyTorch's default for batch norm, 0.00001, where these models have 0.001."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-5


def settings(model: nn.Module) -> list[str]:
    """All layers with weights and all layers that drop something, in order, with every setting that they show."""
    kinds = (nn.Conv2d, nn.Linear, nn.Dropout, *NORMS)
    found = []
    for layer in model.modules():
        if isinstance(layer, nn.Dropout) and layer.p == 0:
            continue  # as good as none
        if isinstance(layer, kinds):
            found.append(
                f"{[kind.__name__ for kind in kinds if isinstance(layer, kind)]} {layer.extra_repr()}"
            )
        elif type(layer).__name__ == "StochasticDepth":  # torchvision's has `p`, ours `rate`
            found.append(f"StochasticDepth {getattr(layer, 'rate', None) or getattr(layer, 'p', 0.0):.6f}")
    return [text.replace(", inplace=True", ", inplace=False") for text in found]


def assert_training_agrees(model: nn.Module, oracle: nn.Module, x: Tensor) -> None:
    """Compare outputs, gradients and running statistics of a training step, in copies, in which both draw the same."""
    model, oracle = copy.deepcopy(model), copy.deepcopy(oracle)
    logits = []
    for network in (model, oracle):
        torch.manual_seed(0)
        logits.append(network.train()(x))
        logits[-1].square().mean().backward()
    torch.testing.assert_close(logits[0], logits[1], rtol=1e-4, atol=1e-4 * logits[1].std().item())
    for (name, ours), theirs in zip(model.named_parameters(), oracle.parameters(), strict=True):
        assert theirs.grad is not None
        difference = (ours.grad - theirs.grad).norm() / (theirs.grad.norm() + 1e-8)
        assert difference <= 1e-3, f"the gradient of {name} differs by {difference:.1e}"
    for (name, ours), theirs in zip(model.named_buffers(), oracle.buffers(), strict=True):
        torch.testing.assert_close(
            ours, theirs, rtol=1e-4, atol=1e-5, msg=lambda text, name=name: f"{name}: {text}"
        )


# Keras


def assert_norms_agree(model: nn.Module, oracle) -> None:
    """Every batch norm has the same epsilon, and momenta that mean the same: PyTorch's is 1 minus Keras's."""
    ours = {
        (norm.eps, round(norm.momentum, 6)) for norm in model.modules() if isinstance(norm, nn.BatchNorm2d)
    }
    norms = [layer for layer in oracle.layers if type(layer).__name__ == "BatchNormalization"]
    assert ours == {(norm.epsilon, round(1 - norm.momentum, 6)) for norm in norms}


def keras_total(model: nn.Module) -> int:
    """The total that Keras prints: parameters and running means and variances."""
    state = model.state_dict().items()
    return sum(tensor.numel() for name, tensor in state if not name.endswith("num_batches_tracked"))

"""What the tests of the models share: compare stage by stage with an oracle, count operations, make mistakes."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from course_lib import architectures, pytorch

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm)


@torch.no_grad()
def randomize(model: nn.Module, seed: int = 0) -> nn.Module:
    """Draw norms' statistics and scales away from 0 and 1, and weights that keep signals alive; eval mode."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.normal_(0, (2 / module.weight[0].numel()) ** 0.5, generator=generator)
            if module.bias is not None:
                module.bias.normal_(0, 0.3, generator=generator)
        if isinstance(module, NORMS):
            for tensor in (module.weight, getattr(module, "running_var", None)):
                if tensor is not None:
                    tensor.uniform_(0.5, 1.5, generator=generator)
            for tensor in (module.bias, getattr(module, "running_mean", None)):
                if tensor is not None:
                    tensor.normal_(0, 0.3, generator=generator)
    return model.eval()


def images(count: int, size: int, channels: int = 3) -> Tensor:
    """The same noise each time, (count, channels, size, size)."""
    return torch.randn(count, channels, size, size, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def outputs(stages: list[Callable[[Tensor], Tensor]], x: Tensor) -> list[Tensor]:
    """What each stage gives, when each takes what the one before gave."""
    found = []
    for stage in stages:
        x = stage(x)
        found.append(x)
    return found


def assert_stages_agree(model: nn.Sequential, expected: list[Tensor], x: Tensor, rtol: float = 1e-4) -> None:
    """Compare what the named children of `model` give with an oracle's `outputs`.

    The largest difference may be `rtol` times the standard deviation of the oracle's output.
    """
    names = [name for name, _ in model.named_children()]
    actual = outputs(list(model.children()), x)
    for name, ours, theirs in zip(names, actual, expected, strict=True):
        assert ours.shape == theirs.shape, f"{name}: {tuple(ours.shape)} for {tuple(theirs.shape)}"
        spread = theirs.std()
        assert spread > 0.05, f"{name}: a stage that maps everything near one value proves nothing"
        assert theirs.std(0).mean() > 0.01 * spread, f"{name}: a stage that ignores its input proves nothing"
        difference = ((ours - theirs).abs().max() / spread).item()
        assert difference <= rtol, f"{name}: differs by {difference:.1e}"


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
    """Compare outputs, gradients and running statistics of a training step in which both draw the same."""
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

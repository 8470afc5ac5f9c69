"""What tests and benchmarks compare models with: the same random weights, the same noise, differences by stage."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm)
TOLERANCE = 1e-4  # the largest difference may be so many times the standard deviation of the oracle's output


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
            if getattr(module, "num_batches_tracked", None) is not None:
                module.num_batches_tracked.zero_()  # of a model built without memory it is anything
    for name, parameter in model.named_parameters():
        if name.endswith("layer_scale"):  # a millionth at the start: no block would show
            parameter.uniform_(0.5, 1.5, generator=generator)
        elif name.endswith(("class_token", "pos_embedding", "in_proj_bias")):  # zero, or nearly so
            parameter.normal_(0, 0.3, generator=generator)
        elif name.endswith("in_proj_weight"):
            parameter.normal_(0, parameter.shape[1] ** -0.5, generator=generator)
    return model.eval()


def images(count: int, size: int, channels: int = 3) -> Tensor:
    """The same noise each time, (count, channels, size, size)."""
    return torch.randn(count, channels, size, size, generator=torch.Generator().manual_seed(1))


def tinted_images(count: int, size: int) -> Tensor:
    """Noise of another mean color in each image, which deep networks do not average away, (count, 3, size, size)."""
    tints = torch.randn(count, 3, 1, 1, generator=torch.Generator().manual_seed(2))
    return images(count, size) + tints


@torch.no_grad()
def outputs(stages: Iterable[Callable[[Tensor], Tensor]], x: Tensor) -> list[Tensor]:
    """What each stage gives, when each takes what the one before gave."""
    found = []
    for stage in stages:
        x = stage(x)
        found.append(x)
    return found


def difference(name: str, ours: Tensor, theirs: Tensor) -> float:
    """Return max |ours - theirs| / std(theirs), for what the stage `name` gives.

    Raises:
        AssertionError: if the shapes differ, or the oracle's output is so even that agreement would prove nothing.
    """
    if ours.shape != theirs.shape:
        raise AssertionError(f"{name}: {tuple(ours.shape)} for {tuple(theirs.shape)}")
    spread = theirs.std()
    if not spread > 0.05:
        raise AssertionError(f"{name}: a stage that maps everything near one value proves nothing")
    if not theirs.std(0).mean() > 0.01 * spread:
        raise AssertionError(f"{name}: a stage that ignores its input proves nothing")
    return ((ours - theirs).abs().max() / spread).item()


def our_stages(model: nn.Module, count: int | None = None) -> dict[str, nn.Module]:
    """The stages of one of our models in the order in which they run, without the auxiliary heads.

    If there are not `count`, the modules of each stage apart: the stem, stage1_0, stage1_1, …, the head.
    """
    stages = {name: child for name, child in model.named_children() if not name.startswith("aux")}
    if count in (None, len(stages)):
        return stages
    found = {}
    for name, child in stages.items():
        modules = enumerate(child) if name.startswith("stage") else ()
        found |= {f"{name}_{number}": module for number, module in modules} or {name: child}
    return found


def our_outputs(stages: dict[str, nn.Module], x: Tensor) -> list[Tensor]:
    """What our stages give; where one gives the outputs of its last two cells (NASNet), the last one's."""
    return [found[0] if isinstance(found, tuple) else found for found in outputs(stages.values(), x)]


def differences(model: nn.Module, expected: list[Tensor], x: Tensor) -> Iterator[tuple[str, float]]:
    """Yield each stage of one of our models with its `difference` from what an oracle's stages gave for `x`."""
    stages = our_stages(model, len(expected))
    for name, ours, theirs in zip(stages, our_outputs(stages, x), expected, strict=True):
        yield name, difference(name, ours, theirs)

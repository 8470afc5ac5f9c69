"""Transfer learning as functions: a new head, freezing, and which layers are how deep.

The recipe: `adapt` a pretrained model to your classes, `freeze` all but the new head and train it (the warm-up), then
`unfreeze` and go on with a rate some twenty times smaller, smaller still for the layers near the input.
Sources: Yosinski et al. 2014, arXiv:1411.1792 (what transfers); Howard and Ruder 2018, arXiv:1801.06146
(discriminative rates, unfreezing).
"""

import copy
from collections import OrderedDict
from functools import partial

import torch
from torch import Tensor, nn

from course_lib.pytorch.pretrained import Pretrained

__all__ = ["FromBytes", "adapt", "freeze", "hold_norms", "replace_head", "stages", "unfreeze"]

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class FromBytes(nn.Module):
    """(x / 255 - mean) / std for each channel: what pretrained weights expect, made from pixels 0 to 255."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]):
        super().__init__()
        self.register_buffer("mean", 255 * torch.tensor(mean).view(-1, 1, 1), persistent=False)
        self.register_buffer("std", 255 * torch.tensor(std).view(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return (x - self.mean) / self.std


class TransferHead(nn.Sequential):
    """A new classifier: one layer, or two with ReLU and dropout between them.

    The layers are linear, or for a model that ends in a convolution and a mean, convolutions of 1x1.
    """

    def __init__(
        self, old: nn.Linear | nn.Conv2d, num_classes: int, hidden_units: int | None, dropout: float
    ):
        super().__init__()
        linear = isinstance(old, nn.Linear)
        layer = nn.Linear if linear else partial(nn.Conv2d, kernel_size=1)
        features = old.in_features if linear else old.in_channels
        if hidden_units is not None:
            self.extend([layer(features, hidden_units), nn.ReLU(), nn.Dropout(dropout)])
            features = hidden_units
        self.append(layer(features, num_classes))


def adapt(
    pretrained: Pretrained, num_classes: int, hidden_units: int | None = None, dropout: float = 0.2
) -> nn.Sequential:
    """Return a copy of a pretrained model with a new head: images 0..255 (N, 3, H, W) to logits (N, num_classes).

    Its first layer normalizes as the weights expect, so train it with `inputs="bytes"` in the recipe. The other
    arguments are those of `replace_head`.
    """
    body = copy.deepcopy(pretrained.model)
    replace_head(body, num_classes, hidden_units, dropout)
    inputs = FromBytes(pretrained.weights.mean, pretrained.weights.std)
    return nn.Sequential(OrderedDict(inputs=inputs, body=body))


def replace_head(
    model: nn.Module, num_classes: int, hidden_units: int | None = None, dropout: float = 0.2
) -> TransferHead:
    """Put a new head in the place of the model's last layer, and return it.

    With `hidden_units` it has two layers: features, ReLU, `dropout`, classes. Its weights are drawn by PyTorch's
    default initializer; the other layers keep theirs.

    Raises:
        ValueError: if the model does not end in a linear layer or a 1x1 convolution, or for a count below 1.
    """
    for what, count in {"num_classes": num_classes, "hidden_units": hidden_units}.items():
        if count is not None and (not isinstance(count, int) or count < 1):
            raise ValueError(f"{what} must be a whole number of at least 1, got {count!r}")
    holders = [
        (name, module) for name, module in model.named_modules() if [*module.parameters(recurse=False)]
    ]
    name, last = holders[-1] if holders else ("", None)
    old = _head_above(model, name)
    if old is not None:  # a head of an earlier call goes as a whole
        name, last = old, model.get_submodule(old)[0]
    ends_in_1x1 = isinstance(last, nn.Conv2d) and last.kernel_size == (1, 1)
    if not name or not (isinstance(last, nn.Linear) or ends_in_1x1):
        raise ValueError(
            f"the last layer with weights must be a Linear or a 1x1 Conv2d inside the model, got {last}: "
            "replace the head by hand"
        )
    head = TransferHead(last, num_classes, hidden_units, dropout)
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, head)
    return head


def _head_above(model: nn.Module, name: str) -> str | None:
    """Return the name of the new head that the module `name` lies in, if there is one."""
    parts = name.split(".")
    above = (".".join(parts[:end]) for end in range(1, len(parts)))
    return next((path for path in above if isinstance(model.get_submodule(path), TransferHead)), None)


def freeze(model: nn.Module) -> None:
    """Let only the new head learn: every other parameter gets `requires_grad=False`.

    Raises:
        ValueError: if the model has no head made by `replace_head`.
    """
    heads = [module for module in model.modules() if isinstance(module, TransferHead)]
    if not heads:
        raise ValueError("the model has no new head to leave unfrozen: call replace_head or adapt first")
    model.requires_grad_(False)
    heads[-1].requires_grad_(True)


def unfreeze(model: nn.Module, last: int | None = None, norms: bool = False) -> None:
    """Let the weights learn: all of them, or those of the `last` stages (as `stages` lists them, the head among them).

    Batch norms stay as they are unless `norms` is True. With a few thousand images, statistics of small batches are
    worse than those that the pretrained weights came with.

    Raises:
        ValueError: if there are not so many stages.
    """
    found = list(stages(model).values())
    if last is not None and not 1 <= last <= len(found):
        raise ValueError(f"last must lie between 1 and the model's {len(found)} stages, got {last}")
    for stage in found if last is None else found[-last:]:
        for module in stage.modules():
            if norms or not isinstance(module, NORMS):
                for parameter in module.parameters(recurse=False):
                    parameter.requires_grad_(True)


def stages(model: nn.Module) -> dict[str, nn.Module]:
    """Return the parts of the model with parameters by name, from the input to the head.

    They are the children of the model; where all parameters lie in one child, the children of that one.

    Raises:
        ValueError: if a parameter lies in no child.
    """
    prefix = ""
    while True:
        outside = [name for name, _ in model.named_parameters(recurse=False)]
        if outside:
            raise ValueError(
                f"{', '.join(outside)} of {type(model).__name__} lies in no stage: put it into a module"
            )
        parts = {prefix + name: child for name, child in model.named_children() if [*child.parameters()]}
        if len(parts) != 1 or not [*next(iter(parts.values())).children()]:
            return parts
        ((prefix, model),) = parts.items()
        prefix += "."


def hold_norms(model: nn.Module) -> None:
    """Put batch norms whose own weights are all frozen in evaluation mode; call it after `model.train()`.

    In training mode a frozen norm would go on replacing the statistics that its weights were trained with.
    """
    for module in model.modules():
        own = [*module.parameters()] if isinstance(module, NORMS) else []
        if own and not any(parameter.requires_grad for parameter in own):
            module.eval()

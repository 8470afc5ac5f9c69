"""What signals look like inside a network: activations on the way forward, gradients on the way back."""

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

# Layers whose units can die: they give exactly zero, with slope zero, on one side.
RECTIFIERS = (nn.ReLU, nn.ReLU6, nn.Threshold)
# The slope of a saturating layer, from its output y, as a share of the largest slope it can have.
RELATIVE_SLOPES = {
    nn.Sigmoid: lambda y: 4 * y * (1 - y),  # σ' = σ (1 − σ), at most 1/4
    nn.Tanh: lambda y: 1 - y**2,  # tanh' = 1 − tanh², at most 1
}
SATURATED = 0.1  # below this share of the largest slope an output counts as saturated


class LayerStatistics(NamedTuple):
    """One call of one layer on one batch; `None` where a number has no meaning."""

    name: str  # as in `model.named_modules()`; the second call of a layer is named "relu (call 2)"
    kind: str  # the class of the layer
    shape: tuple[int, ...]  # of the output, N first
    activation_mean: float
    activation_std: float
    share_zero: float  # share of the outputs that are exactly zero
    share_dead: float | None  # rectifiers: share of units (channels) that are zero for the whole batch
    share_saturated: float | None  # sigmoid and tanh: share of outputs with a slope below 10% of the largest
    gradient_std: float | None  # of ∂loss/∂output; None if no gradient passes
    weight_norm: float | None  # length of all parameters of the layer itself; None without parameters
    weight_gradient_norm: float | None  # the same of ∂loss/∂parameters; 0 if frozen or not reached
    update_ratio: float | None  # lr · weight_gradient_norm / weight_norm: the relative step of plain SGD

    @property
    def gradient_norm(self) -> float | None:
        """Root mean square length of ∂loss/∂output of one image, which does not depend on the layer's size."""
        if self.gradient_std is None:
            return None
        return self.gradient_std * torch.Size(self.shape[1:]).numel() ** 0.5


def layer_statistics(
    model: nn.Module, images: Tensor, labels: Tensor, lr: float | None = None
) -> list[LayerStatistics]:
    """Run one batch forward and backward and describe every layer, in the order in which they are called.

    The loss is the mean cross-entropy. The model runs in the mode it is in; afterwards its weights, gradients,
    running statistics and the random generators are what they were, bit for bit, and no hook is left.
    A layer is a module that has parameters or no parts; functions called inside `forward`, such as
    `F.relu(x)`, are not seen.

    Args:
        model: a classifier, images to logits (N, M).
        images: float (N, C, H, W), as the model gets them in training.
        labels: int64 (N,).
        lr: learning rate for `update_ratio`.

    Raises:
        TypeError: for images that are not floating point.
        ValueError: for a number of labels that is not that of the images.
    """
    _check(images, labels)
    records: list[dict] = []
    random_devices = [images.device] if images.device.type == "cuda" else []
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(random_devices))
        stack.enter_context(torch.enable_grad())
        for name, module in layers(model):
            stack.callback(module.register_forward_hook(partial(_record, records, name)).remove)
        source = images.detach().clone().requires_grad_()  # makes a gradient pass through frozen layers too
        buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
        logits = functional_call(model, buffers, (source.clone(),))
        loss = nn.functional.cross_entropy(logits, labels)
        trainable = [p for p in model.parameters() if p.requires_grad]
        found = torch.autograd.grad(loss, [source, *trainable], allow_unused=True)[1:]
    gradients = dict(zip(trainable, found, strict=True))
    return [_describe(record, gradients, lr) for record in records]


def layers(model: nn.Module) -> Iterable[tuple[str, nn.Module]]:
    """The modules that `layer_statistics` describes, with their names."""
    for name, module in model.named_modules():
        if not any(True for _ in module.children()) or any(True for _ in module.parameters(recurse=False)):
            yield name, module


def _check(images: Tensor, labels: Tensor) -> None:
    if not images.is_floating_point():
        raise TypeError(
            f"images must be floating point, as the model gets them in training, got {images.dtype}: "
            "scale and normalize them first"
        )
    if len(images) != len(labels):
        raise ValueError(f"there must be one label for each of the {len(images)} images, got {len(labels)}")


def _record(records: list[dict], name: str, module: nn.Module, inputs: tuple, output: Tensor | tuple) -> None:
    """Forward hook: measure at once, because an in-place activation may overwrite the output next."""
    output = next((part for part in _parts(output) if isinstance(part, Tensor)), None)
    if output is None or not output.is_floating_point():
        return
    calls = 1 + sum(record["module"] is module for record in records)
    values = output.detach().float()
    record = {
        "module": module,
        "name": name if calls == 1 else f"{name} (call {calls})",
        "shape": tuple(output.shape),
        "activation_mean": values.mean().item(),
        "activation_std": values.std(correction=0).item(),
        "share_zero": (values == 0).float().mean().item(),
        "share_dead": share_dead(values) if isinstance(module, RECTIFIERS) else None,
        "share_saturated": _share_saturated(module, values),
        "gradient_std": None,
    }
    records.append(record)
    if output.requires_grad:
        output.register_hook(partial(_record_gradient, record))


def _parts(output: Tensor | tuple) -> tuple:
    return tuple(output) if isinstance(output, tuple | list) else (output,)


def _record_gradient(record: dict, gradient: Tensor) -> None:
    record["gradient_std"] = gradient.float().std(correction=0).item()


def share_dead(outputs: Tensor) -> float:
    """Return the share of units that are zero for every image: channels of (N, C, …), features of (N, T, D)."""
    unit_axis = 2 if outputs.ndim == 3 else 1
    others = [axis for axis in range(outputs.ndim) if axis != unit_axis]
    return (outputs == 0).all(others).float().mean().item() if outputs.ndim > 1 else 0.0


def _share_saturated(module: nn.Module, outputs: Tensor) -> float | None:
    slope = RELATIVE_SLOPES.get(type(module))
    return None if slope is None else (slope(outputs) < SATURATED).float().mean().item()


def _length(tensors: list[Tensor]) -> float:
    return torch.cat([tensor.detach().float().flatten() for tensor in tensors]).norm().item()


def _describe(record: dict, gradients: dict[Tensor, Tensor | None], lr: float | None) -> LayerStatistics:
    module = record.pop("module")
    own = list(module.parameters(recurse=False))
    if not own:
        return LayerStatistics(
            kind=type(module).__name__,
            weight_norm=None,
            weight_gradient_norm=None,
            update_ratio=None,
            **record,
        )
    arrived = [gradient for p in own if (gradient := gradients.get(p)) is not None]
    norm, gradient_norm = _length(own), _length(arrived) if arrived else 0.0
    return LayerStatistics(
        kind=type(module).__name__,
        weight_norm=norm,
        weight_gradient_norm=gradient_norm,
        update_ratio=lr * gradient_norm / norm if lr is not None and norm else None,
        **record,
    )

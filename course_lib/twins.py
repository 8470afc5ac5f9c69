"""Carry weights from one model to another that computes the same: both in PyTorch, or one of them in Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    import keras  # loaded only where it is used: PyTorch's own models need no Keras

__all__ = ["copy_state", "copy_tensors", "copy_weights"]

# Which kinds of layer hold weights, and which of keras.layers each one answers to.
KINDS = {
    nn.Conv2d: "Conv2D",
    nn.Linear: "Dense",
    nn.BatchNorm1d: "BatchNormalization",
    nn.BatchNorm2d: "BatchNormalization",
    nn.GroupNorm: "GroupNormalization",
    nn.InstanceNorm2d: "GroupNormalization",  # with a group for each channel
}
# (name in PyTorch, name in Keras, order of PyTorch's axes in Keras)
CONV = (("weight", "kernel", (2, 3, 1, 0)), ("bias", "bias", (0,)))  # (out, in, H, W) to (H, W, in, out)
# One kernel a channel: (channels, 1, H, W) to (H, W, channels, 1).
DEPTHWISE = (("weight", "kernel", (2, 3, 0, 1)), ("bias", "bias", (0,)))
DENSE = (("weight", "kernel", (1, 0)), ("bias", "bias", (0,)))
NORM = (
    ("weight", "gamma", (0,)),
    ("bias", "beta", (0,)),
    ("running_mean", "moving_mean", (0,)),
    ("running_var", "moving_variance", (0,)),
)
WEIGHTS = {
    nn.Conv2d: CONV,
    nn.Linear: DENSE,
    nn.BatchNorm1d: NORM,
    nn.BatchNorm2d: NORM,
    nn.GroupNorm: NORM[:2],  # no running statistics
    nn.InstanceNorm2d: NORM[:2],
}


class _Part(NamedTuple):
    """One of the two convolutions of a SeparableConv2D, with the names that it would have as a layer of its own."""

    kind: str
    kernel: keras.Variable
    bias: keras.Variable | None
    groups: int


def copy_state(source: nn.Module, target: nn.Module) -> None:
    """Copy all weights and buffers of one PyTorch model to another, whose modules may have other names.

    The tensors of the two state dictionaries are matched by their order. Each pair must have the same shape and the
    same last name, such as `weight` or `running_mean`. Nothing is copied unless everything fits.

    Raises:
        TypeError: unless both are PyTorch models.
        ValueError: if the models do not have the same tensors in the same order.

    >>> first, second = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2))
    >>> copy_state(first, second)
    >>> torch.equal(first.weight, second[0].weight)
    True
    """
    if not (isinstance(source, nn.Module) and isinstance(target, nn.Module)):
        raise TypeError(
            f"copy_state needs two torch.nn.Module, got {type(source).__name__} and {type(target).__name__}; "
            "for a Keras model there is copy_weights"
        )
    copy_tensors(source.state_dict(), target.state_dict())


def copy_tensors(source: Mapping[str, torch.Tensor], target: Mapping[str, torch.Tensor]) -> None:
    """Copy the tensors of one state dictionary into those of another, which may have other names.

    They are matched as in `copy_state`, and nothing is copied unless everything fits.

    Raises:
        ValueError: if the two do not have the same tensors in the same order.
    """
    # The first difference tells more than the count: look for it also where one model has fewer tensors.
    for (name, tensor), (other_name, other) in zip(source.items(), target.items(), strict=False):
        same_kind = name.rpartition(".")[2] == other_name.rpartition(".")[2]
        if not same_kind or tensor.shape != other.shape:
            raise ValueError(
                f"{name} {tuple(tensor.shape)} of the source meets {other_name} {tuple(other.shape)} of the target: "
                "both must have the same layers in the same order, with the same sizes"
            )
    if len(source) != len(target):
        raise ValueError(
            f"the source has {len(source)} tensors and the target {len(target)}: "
            "both must have the same layers in the same order"
        )
    with torch.no_grad():
        for tensor, other in zip(source.values(), target.values(), strict=True):
            other.copy_(tensor)


def copy_weights(source: nn.Module | keras.Model, target: keras.Model | nn.Module) -> None:
    """Copy all weights and running statistics from one twin to the other, in either direction.

    Layers that hold weights are matched in the order in which the models were built, which in a functional Keras
    model is the order in which its layers were first called. (Keras calls those of a clone, or of a model read from a
    file, in another order: load such weights into a model that was built anew.) A SeparableConv2D of Keras stands for
    two Conv2d, first the depthwise one. Nothing is copied unless everything fits.

    Raises:
        TypeError: unless one model is PyTorch's and the other Keras's, or for a kind of layer not known here.
        ValueError: if the models do not have the same layers with the same shapes.
    """
    import keras

    to_keras = isinstance(source, nn.Module) and isinstance(target, keras.Model)
    if not to_keras and not (isinstance(source, keras.Model) and isinstance(target, nn.Module)):
        raise TypeError(
            "copy_weights needs a torch.nn.Module and a keras.Model, in either order, "
            f"got {type(source).__name__} and {type(target).__name__}"
        )
    pairs = _weight_pairs(source, target) if to_keras else _weight_pairs(target, source)
    with torch.no_grad():
        for tensor, variable, axes in pairs:
            if to_keras:
                variable.assign(tensor.detach().permute(axes).cpu().numpy())
            else:
                values = np.transpose(variable.numpy(), np.argsort(axes))
                tensor.copy_(torch.from_numpy(values))


def _weight_pairs(
    module: nn.Module, model: keras.Model
) -> list[tuple[torch.Tensor, keras.Variable, tuple[int, ...]]]:
    import keras

    ours, theirs = _torch_layers(module), _keras_layers(model)
    if len(ours) != len(theirs):
        raise ValueError(
            f"the PyTorch model has {len(ours)} layers with weights and the Keras model has {len(theirs)}: "
            "build both with the same name and sizes"
        )
    pairs = []
    for (name, layer), twin in zip(ours, theirs, strict=True):
        kind = "DepthwiseConv2D" if _is_depthwise(layer) else KINDS[type(layer)]
        if not (
            twin.kind == kind if isinstance(twin, _Part) else isinstance(twin, getattr(keras.layers, kind))
        ):
            raise ValueError(
                f"layer {name} is a {type(layer).__name__}, so its twin must be a {kind}, "
                f"got a {twin.kind if isinstance(twin, _Part) else type(twin).__name__}"
            )
        if kind == "Conv2D" and layer.groups != twin.groups:
            raise ValueError(f"the twin of {name} must have groups={layer.groups}, got {twin.groups}")
        pairs += _layer_pairs(name, layer, twin)
    return pairs


def _layer_pairs(
    name: str, layer: nn.Module, twin: keras.Layer | _Part
) -> list[tuple[torch.Tensor, keras.Variable, tuple[int, ...]]]:
    pairs = []
    for ours, theirs, axes in DEPTHWISE if _is_depthwise(layer) else WEIGHTS[type(layer)]:
        tensor, variable = getattr(layer, ours), getattr(twin, theirs)
        if tensor is None and variable is None:
            continue
        want = None if tensor is None else tuple(tensor.shape[axis] for axis in axes)
        got = None if variable is None else tuple(variable.shape)
        if want != got:
            raise ValueError(
                f"the twin of {name}.{ours} must have shape {want}, got {got}: "
                "build both models with the same sizes"
            )
        pairs.append((tensor, variable, axes))
    return pairs


def _torch_layers(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the layers that hold weights, with their names, in the order in which they were built."""
    layers = []
    for name, layer in module.named_modules():
        if not [*layer.parameters(recurse=False), *layer.buffers(recurse=False)]:
            continue
        layers.append((name, layer))
        if type(layer) not in KINDS:
            known = ", ".join(kind.__name__ for kind in KINDS)
            raise TypeError(f"copy_weights knows {known}, but layer {name} is {layer}")
    return layers


def _is_depthwise(layer: nn.Module) -> bool:
    """Whether each channel has its own kernel: Keras has a layer of its own for that."""
    return isinstance(layer, nn.Conv2d) and 1 < layer.groups == layer.in_channels == layer.out_channels


def _keras_layers(layer: keras.Layer) -> list[keras.Layer | _Part]:
    """Return the layers that hold weights, in the order in which they were built."""
    import keras

    inner = list(layer._flatten_layers(include_self=False, recursive=False))
    if hasattr(
        layer, "operations"
    ):  # a functional model, which sorts its layers by their distance from the output
        inner.sort(key=_first_call)
    if inner:
        return [leaf for child in inner for leaf in _keras_layers(child)]
    if isinstance(layer, keras.layers.SeparableConv2D):
        channels = layer.depthwise_kernel.shape[2]
        depthwise = _Part("DepthwiseConv2D", layer.depthwise_kernel, None, channels)
        return [depthwise, _Part("Conv2D", layer.pointwise_kernel, layer.bias, 1)]
    return [layer] if layer.weights else []


def _first_call(layer: keras.Layer) -> int:
    """Return the number of the tensor that a layer's first call gave: Keras counts them as they are made.

    Of a model inside a model that is where it was called, not where it was made: its own `output` is older.
    """
    name = layer._inbound_nodes[0].output_tensors[0].name  # keras_tensor, keras_tensor_1, …
    number = name.rpartition("_")[2]
    return int(number) if number.isdigit() else 0

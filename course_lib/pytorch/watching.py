"""Watch a forward pass on the meta device, operation by operation: the inside of `course_lib.pytorch.profiling`."""

import copy
import weakref
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakTensorKeyDictionary

from course_lib.pytorch.receptive_field import IMAGE, Field, follow

aten = torch.ops.aten

# What PyTorch says when a window does not fit or nothing is left of an image.
TOO_SMALL = (
    "greater than actual input size",
    "too small",
    "non-empty",
    "nonzero size",
    "non-zero size",
    "at least",
)


def meta_copy(model: nn.Module) -> nn.Module:
    """Copy the modules without their weights: tensors become ones on the meta device, hooks stay behind.

    Raises:
        ValueError: if a layer does not know the shapes of its weights yet.
    """
    memo = {}
    for module in model.modules():
        for tensor in (*module._parameters.values(), *module._buffers.values(), *vars(module).values()):
            if isinstance(tensor, nn.parameter.UninitializedTensorMixin):
                raise ValueError(
                    f"{type(module).__name__} does not know the shape of its weights yet: let an image through the "
                    "model first, or build it with the number of its input channels or features"
                )
            if isinstance(tensor, Tensor) and id(tensor) not in memo:
                empty = torch.empty_like(tensor, device="meta", requires_grad=False)
                is_parameter = isinstance(tensor, nn.Parameter)
                memo[id(tensor)] = nn.Parameter(empty, tensor.requires_grad) if is_parameter else empty
        for name, value in vars(module).items():
            if "_hooks" in name and isinstance(value, dict):
                memo[id(value)] = type(value)()
    return copy.deepcopy(model, memo)


@dataclass
class Frame:
    """A module while it runs, and what its own operations cost, without those of modules inside."""

    name: str
    module: nn.Module
    run: int  # how many times it has run before
    input_shape: tuple[int, ...]
    is_leaf: bool = True
    parameters: int = 0
    multiply_adds: int = 0
    output_shape: tuple[int, ...] = ()
    output_bytes: int = 0
    receptive_field: tuple[int, int] | None = None
    stride: tuple[int, int] | None = None

    @property
    def kind(self) -> str:
        """The module's class."""
        return type(self.module).__name__

    @property
    def key(self) -> tuple[str, int]:
        """What tells it apart from all other frames."""
        return self.name, self.run


class Watch(TorchDispatchMode):
    """Knows which module is running while an image goes through the model."""

    def __init__(self, model: nn.Module, input_shape: tuple[int, ...]):
        super().__init__()
        self.model = model
        floats = (p.dtype for p in model.parameters() if p.is_floating_point())
        self.image = torch.empty(input_shape, dtype=next(floats, None), device="meta")
        self.stack: list[Frame] = []
        self.done: list[Frame] = []
        self.runs = Counter()
        weights = (*model.parameters(), *model.buffers())
        self.weights = {identity(tensor) for tensor in weights}

    def run(self) -> Self:
        """Let the image through the model.

        Raises:
            ValueError: from the layer that cannot take what it gets.
        """
        handles = []
        for name, module in self.model.named_modules():
            handles.append(module.register_forward_pre_hook(lambda m, x, name=name: self._enter(name, m, x)))
            handles.append(module.register_forward_hook(lambda m, x, output: self._leave(output)))
        try:
            with self:
                self.model(self.image)
        except RuntimeError as error:
            raise ValueError(explain(error, self.stack, tuple(self.image.shape[1:]))) from error
        finally:
            for handle in handles:
                handle.remove()
        return self

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        """Carry out an operation; the mode is off meanwhile."""
        carry_out = batch_norm if func is aten.native_batch_norm.default else func
        result = carry_out(*args, **(kwargs or {}))
        self.see(func, args, tensors([result]))
        return result

    def see(self, func: Any, args: tuple, made: list[Tensor]) -> None:
        """Take notice of an operation and the tensors it made."""

    def _enter(self, name: str, module: nn.Module, inputs: tuple) -> None:
        if self.stack:
            self.stack[-1].is_leaf = False
        shape = next((tuple(x.shape) for x in tensors(inputs)), ())
        self.stack.append(Frame(name or type(module).__name__, module, self.runs[name], shape))
        self.runs[name] += 1

    def _leave(self, output: Any) -> None:
        frame = self.stack.pop()
        made = tensors(tree_leaves(output))
        if made:
            frame.output_shape = tuple(made[0].shape[1:])
            frame.output_bytes = sum(t.numel() * t.element_size() for t in made)
            frame.receptive_field, frame.stride = self.places(made[0])
        self.done.append(frame)

    def places(self, tensor: Tensor) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """Return the receptive field and the stride of a tensor, if they are followed."""
        return None, None


class Inference(Watch):
    """A pass in evaluation mode, without gradients: multiply-adds, parameters, what is alive and what is seen."""

    def __init__(self, model: nn.Module, input_shape: tuple[int, ...]):
        super().__init__(model.eval(), input_shape)
        self.alive = self.peak = 0
        self.storages = {}
        self.fields = WeakTensorKeyDictionary()
        self.fields[self.image] = IMAGE
        self.unused = {identity(p): p.numel() for p in model.parameters()}
        self._count(self.image)

    def run(self) -> Self:
        """Let the image through the model."""
        with torch.no_grad():
            return super().run()

    def see(self, func: Any, args: tuple, made: list[Tensor]) -> None:
        """Count the operation for the module that is running."""
        frame = self.stack[-1]
        frame.multiply_adds += multiply_adds(func.overloadpacket, args, made)
        frame.parameters += sum(self.unused.pop(identity(t), 0) for t in tensors(args))
        seen = follow(func, args, made[0], self.fields.get) if made else None
        for tensor in made:
            self._count(tensor)
            if seen is not None:
                self.fields[tensor] = seen

    def _count(self, tensor: Tensor) -> None:
        """Add a new tensor's memory to what is alive, until it is freed; a view has none of its own."""
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in self.storages or key in self.weights:
            return

        def free(_: weakref.ref) -> None:
            """Nothing refers to the storage any more."""
            del self.storages[key]
            self.alive -= size

        self.storages[key] = weakref.ref(storage, free)
        self.alive += size
        self.peak = max(self.peak, self.alive)

    def places(self, tensor: Tensor) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """Return how many rows and columns of the image a place sees, and how far apart two places look."""
        field: Field = self.fields.get(tensor) or (None, None)
        rows, columns = field
        if rows is None or columns is None:
            return None, None
        placed = rows.folded is None and columns.folded is None
        return (rows.size, columns.size), (rows.jump, columns.jump) if placed else None


class Training(Watch):
    """A pass in training mode: what autograd keeps for the backward pass, in bytes, by the module that makes it so."""

    def __init__(self, model: nn.Module, input_shape: tuple[int, ...]):
        super().__init__(model.train(), input_shape)
        self.kept = Counter()
        self.storages: dict[int, Tensor] = {}  # holds them, so that none takes the place of one that is gone

    def run(self) -> Self:
        """Let the image through the model."""
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(self._keep, lambda tensor: tensor):
            return super().run()

    def _keep(self, tensor: Tensor) -> Tensor:
        key = identity(tensor)
        if key not in self.weights and key not in self.storages:
            self.storages[key] = tensor
            self.kept[self.stack[-1].key] += tensor.untyped_storage().nbytes()
        return tensor


def identity(tensor: Tensor) -> int:
    """What all views of the same numbers share."""
    return tensor.untyped_storage()._cdata


def tensors(values: Iterable[Any]) -> list[Tensor]:
    """Return all tensors among the values and in the lists and tuples among them."""
    nested = (value if isinstance(value, list | tuple) else [value] for value in values)
    return [item for items in nested for item in items if isinstance(item, Tensor)]


def batch_norm(x: Tensor, weight, bias, mean, var, training: bool, *_) -> tuple[Tensor, Tensor, Tensor]:
    """What `native_batch_norm` gives, in shape; PyTorch's own for this device takes most of the time of a pass."""
    channels = x.shape[1] if training else 0
    return torch.empty_like(x), x.new_empty(channels), x.new_empty(channels)


def multiply_adds(kind: Any, args: tuple, made: list[Tensor]) -> int:
    """Return how many products a convolution or matrix product adds up; 0 for any other operation."""
    if kind is aten.convolution:
        x, weight, transposed = args[0], args[1], args[6]
        return (x if transposed else made[0]).numel() * weight[0].numel()
    if kind in (aten.mm, aten.bmm):
        return args[0].numel() * args[1].shape[-1]
    if kind in (aten.addmm, aten.baddbmm):
        return args[1].numel() * args[2].shape[-1]
    if "scaled_dot_product" in str(kind):
        query, key, value = args[:3]  # (N, heads, tokens, width)
        return query.numel() * key.shape[-2] + query[..., 0].numel() * value.shape[-2] * value.shape[-1]
    return 0


def explain(error: RuntimeError, stack: list[Frame], size: tuple[int, ...]) -> str:
    """Say which layer failed on what, and what to change.

    Args:
        stack: the modules that were running, the innermost last.
        size: channels, height and width of the image.
    """
    channels, height, width = size
    image = f"({channels}, {height}, {width})"
    if not stack:
        return f"the model cannot take an image of {image}: {error}"
    frame, module = stack[-1], stack[-1].module
    where = f"{frame.name} ({frame.kind})"
    got = f"got {frame.input_shape} from an image of {image}"
    wanted, features = getattr(module, "in_channels", None), getattr(module, "in_features", None)
    if wanted is not None and len(frame.input_shape) == 4 and frame.input_shape[1] != wanted:
        fix = f"give input_size as (channels, height, width), here ({wanted}, {height}, {width})"
        if width == wanted:
            fix = f"the channels come first: give input_size as ({width}, {channels}, {height})"
        return f"{where} expected {wanted} channels, {got}: {fix}"
    if features is not None and frame.input_shape[-1:] != (features,):
        fix = (
            "the model was built for images of another size: give that one, or build it with this image_size"
        )
        return f"{where} expected {features} features, {got}: {fix}"
    if any(words in str(error) for words in TOO_SMALL):
        return f"{where} expected a larger image, {got}: give a larger height and width ({error})"
    return f"{where} cannot take its input, {got}: check the channels and the size of the image ({error})"
